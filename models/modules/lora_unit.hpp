#pragma once

#include <functional>

#include "models/modules/pipeline_stage.hpp"
#include "models/modules/streaming_unit.hpp"
#include "models/modules/unit_services.hpp"
#include "models/protocol/feed_protocol.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// The array of processing elements: one matrix-vector product of an adapter at a time.
class LoraCompute : public FixedTimeStage<LoraJob> {
 public:
  std::function<void(const VectorToken<LoraJob>&)> computed;  ///< called when a vector's service has ended

  LoraCompute(const sc_core::sc_module_name& name, const UnitServices& services);

 private:
  std::uint64_t serve(const LoraJob& job) override;
  void served(const VectorToken<LoraJob>& vector) override { computed(vector); }

  ActionCounts& counts_;
};

/// The digital LoRA unit: fetch, compute, drain. The weights of a job are read through the fetch port before its first
/// vector, into registers that the vectors still under way do not use. Vectors of a job that is fed come
/// from a tile group, which is told when their results are there.
class LoraUnit : public StreamingUnit<LoraJob> {
 public:
  sc_core::sc_vector<FeedTarget<LoraUnit>> groups;
  LoraCompute compute;

  LoraUnit(const sc_core::sc_module_name& name, std::uint32_t group_count, const UnitServices& services);

 private:
  void preloads_there() override;
  void next_vector() override;
  tlm::tlm_sync_enum take_fed(int group, FedVector& vector, tlm::tlm_phase& phase, sc_core::sc_time& delay);
  void tell(std::uint32_t group, tlm::tlm_phase phase);

  ActionCounts& counts_;
};

}  // namespace palimpsest
