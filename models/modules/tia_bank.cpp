#include "models/modules/tia_bank.hpp"

namespace palimpsest {

TiaBank::TiaBank(const sc_core::sc_module_name& name, const TiaConfig& config, const Clock& clock,
                 const UnitServices& services)
    : FixedTimeStage(name, services.time), settling_cycles_(tia_cycles(config, clock)), counts_(services.counts) {}

std::uint64_t TiaBank::serve(const TileJob& job) {
  counts_.tia_samples += std::uint64_t{job.sensed_lines} + job.reference_lines;
  return settling_cycles_;
}

}  // namespace palimpsest
