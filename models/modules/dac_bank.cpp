#include "models/modules/dac_bank.hpp"

namespace palimpsest {

DacBank::DacBank(const sc_core::sc_module_name& name, const DacConfig& config, InputEncoding inputs, const Clock& clock,
                 const UnitServices& services)
    : FixedTimeStage(name, services.time), config_(config), inputs_(inputs), clock_(clock), counts_(services.counts) {}

std::uint64_t DacBank::serve(const TileJob& job) {
  counts_.dac_updates += job.driven_lines;
  counts_.word_line_switches += job.driven_lines;
  return dac_cycles(config_, inputs_, job.driven_lines, clock_);
}

}  // namespace palimpsest
