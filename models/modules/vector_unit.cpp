#include "models/modules/vector_unit.hpp"

namespace palimpsest {

VectorCompute::VectorCompute(const sc_core::sc_module_name& name, const UnitServices& services)
    : FixedTimeStage(name, services.time), counts_(services.counts) {}

std::uint64_t VectorCompute::serve(const VectorJob& job) {
  const VectorOperations& operations = job.operations_per_vector;
  counts_.vector_adds += operations.adds;
  counts_.vector_macs += operations.macs;
  counts_.vector_lookups += operations.lookups;
  counts_.vector_moves += operations.moves;
  return job.cycles_per_vector;
}

VectorUnit::VectorUnit(const sc_core::sc_module_name& name, const UnitServices& services)
    : StreamingUnit(name, services), compute("compute", services) {
  fetch.out.bind(compute.in);
  compute.out.bind(drain.in);
}

}  // namespace palimpsest
