#include "models/modules/off_chip_memory.hpp"

namespace palimpsest {

OffChipAccess::OffChipAccess(const sc_core::sc_module_name& name, const OffChipConfig& config, const Clock& clock,
                             const UnitServices& services)
    : FixedTimeStage(name, services.time), cycles_(access_cycles(config, clock)) {}

OffChipLink::OffChipLink(const sc_core::sc_module_name& name, const OffChipConfig& config, const Clock& clock,
                         const UnitServices& services)
    : FixedTimeStage(name, services.time), config_(config), clock_(clock), counts_(services.counts) {}

std::uint64_t OffChipLink::serve(const OffChipJob& job) {
  (job.loads() ? counts_.off_chip_loaded_words : counts_.off_chip_stored_words) += off_chip_words(job.memory.bytes);
  return link_cycles(config_, job.memory.bytes, clock_);
}

OffChipMemory::OffChipMemory(const sc_core::sc_module_name& name, const OffChipConfig& config, const Clock& clock,
                             const UnitServices& services)
    : StreamingUnit(name, services), access("access", config, clock, services), link("link", config, clock, services) {
  fetch.out.bind(access.in);
  access.out.bind(link.in);
  link.out.bind(drain.in);
}

}  // namespace palimpsest
