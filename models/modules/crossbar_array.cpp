#include "models/modules/crossbar_array.hpp"

namespace palimpsest {

CrossbarArray::CrossbarArray(const sc_core::sc_module_name& name, const Sensing& sensing, const Clock& clock,
                             const UnitServices& services)
    : FixedTimeStage(name, services.time), array_cycles_(array_cycles(sensing, clock)), counts_(services.counts) {}

std::uint64_t CrossbarArray::serve(const TileJob& job) {
  counts_.tia_samples += std::uint64_t{job.sensed_lines} + job.reference_lines;
  return array_cycles_;
}

}  // namespace palimpsest
