#include "models/modules/group_fetch.hpp"

namespace palimpsest {

GroupFetch::GroupFetch(const sc_core::sc_module_name& name, const UnitServices& services, tlm::tlm_command command,
                       std::vector<StridedRange> StreamJob::*ranges)
    : MemoryStage(name, services, command, ranges) {
  lora_unit.register_nb_transport_bw(this, &GroupFetch::hear);
  SC_METHOD(reads_end);
  sensitive << responded_;
  dont_initialize();
}

void GroupFetch::begin_service(const VectorToken<TileJob>& vector) {
  feeds_ = vector.pass == 0 && vector.command->job->adapters.has_value();
  MemoryStage::begin_service(vector);
}

void GroupFetch::handing_on(const VectorToken<TileJob>& vector) {
  if (!feeds_) return;
  lora_unit_ready_ = false;
  FedVector fed{vector.index};
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay;
  lora_unit->nb_transport_fw(fed, phase, delay);
}

tlm::tlm_sync_enum GroupFetch::hear(FedVector& /*vector*/, tlm::tlm_phase& phase, sc_core::sc_time& /*delay*/) {
  if (phase == tlm::BEGIN_RESP) {
    result_there();
    return tlm::TLM_COMPLETED;
  }
  lora_unit_ready_ = true;
  end_when_ready();
  return tlm::TLM_ACCEPTED;
}

void GroupFetch::reads_end() {
  has_read_ = true;
  end_when_ready();
}

/// The LoRA unit stays ready until it is handed a vector, so that waiting for it may count as a part of the service.
void GroupFetch::end_when_ready() {
  if (!has_read_ || (feeds_ && !lora_unit_ready_)) return;
  has_read_ = false;
  service_end_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace palimpsest
