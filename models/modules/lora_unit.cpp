#include "models/modules/lora_unit.hpp"

namespace palimpsest {

LoraCompute::LoraCompute(const sc_core::sc_module_name& name, const UnitServices& services)
    : FixedTimeStage(name, services.time), counts_(services.counts) {}

std::uint64_t LoraCompute::serve(const LoraJob& job) {
  counts_.lora_macs += job.macs_per_vector;
  return job.cycles_per_vector;
}

LoraUnit::LoraUnit(const sc_core::sc_module_name& name, const UnitServices& services)
    : StreamingUnit(name, services), compute("compute", services) {
  fetch.out.bind(compute.in);
  compute.out.bind(drain.in);
  SC_METHOD(begin_vectors);
  sensitive << preloaded_;
  dont_initialize();
}

void LoraUnit::prepare(const Command<LoraJob>& command) {
  fetch.port.start(tlm::TLM_READ_COMMAND, command.job->preloads, 0, command.slot_offset, preloaded_);
}

}  // namespace palimpsest
