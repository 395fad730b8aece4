#include "models/modules/lora_unit.hpp"

namespace palimpsest {

LoraCompute::LoraCompute(const sc_core::sc_module_name& name, const UnitServices& services)
    : FixedTimeStage(name, services.time), counts_(services.counts) {}

std::uint64_t LoraCompute::serve(const LoraJob& job) {
  counts_.lora_macs += job.macs_per_vector;
  counts_.interconnect_words += job.fed_words_per_vector;
  return job.cycles_per_vector;
}

LoraUnit::LoraUnit(const sc_core::sc_module_name& name, std::uint32_t group_count, const UnitServices& services)
    : StreamingUnit(name, services),
      groups("group", group_count),
      compute("compute", services),
      counts_(services.counts) {
  for (std::size_t group = 0; group < groups.size(); ++group)
    groups[group].register_nb_transport_fw(this, &LoraUnit::take_fed, static_cast<int>(group));
  compute.computed = [this](const VectorToken<LoraJob>& vector) {
    const auto& fed_by = vector.command->job->fed_by;
    if (fed_by) tell(*fed_by, tlm::BEGIN_RESP);
  };
  fetch.out.bind(compute.in);
  compute.out.bind(drain.in);
}

void LoraUnit::preloads_there() {
  for (const StridedRange& range : current_job().preloads) counts_.lora_register_bits += range.rows * range.bytes * 8;
}

void LoraUnit::next_vector() {
  if (const auto& fed_by = current_job().fed_by) {
    tell(*fed_by, tlm::END_REQ);
  } else {
    offer_vector();
  }
}

tlm::tlm_sync_enum LoraUnit::take_fed(int /*group*/, FedVector& /*vector*/, tlm::tlm_phase& /*phase*/,
                                      sc_core::sc_time& /*delay*/) {
  offer_vector();
  return tlm::TLM_ACCEPTED;
}

void LoraUnit::tell(std::uint32_t group, tlm::tlm_phase phase) {
  FedVector vector;
  sc_core::sc_time delay;
  groups[group]->nb_transport_bw(vector, phase, delay);
}

}  // namespace palimpsest
