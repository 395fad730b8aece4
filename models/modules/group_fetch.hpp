#pragma once

#include <functional>
#include <systemc>
#include <vector>

#include "models/modules/memory_stage.hpp"
#include "models/modules/unit_services.hpp"
#include "models/protocol/feed_protocol.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// The fetch stage of a tile group. A vector of a job with adapters leaves it for the DAC bank and the LoRA unit at the
/// same cycle.
class GroupFetch : public MemoryStage<TileJob> {
 public:
  FeedInitiator<GroupFetch> lora_unit{"lora_unit"};  ///< unbound: no job has adapters
  std::function<void()> result_there;                ///< called when the LoRA unit has computed the oldest vector

  GroupFetch(const sc_core::sc_module_name& name, const UnitServices& services, tlm::tlm_command command,
             std::vector<StridedRange> StreamJob::*ranges);

 private:
  SC_HAS_PROCESS(GroupFetch);
  void begin_service(const VectorToken<TileJob>& vector) override;
  sc_core::sc_event& responded() override { return responded_; }
  void handing_on(const VectorToken<TileJob>& vector) override;
  tlm::tlm_sync_enum hear(FedVector& vector, tlm::tlm_phase& phase, sc_core::sc_time& delay);
  void reads_end();
  void end_when_ready();

  sc_core::sc_event responded_{"responded"};
  bool feeds_ = false;     ///< the vector here goes to the LoRA unit too
  bool has_read_ = false;  ///< all its reads have responded
  bool lora_unit_ready_ = false;
};

}  // namespace palimpsest
