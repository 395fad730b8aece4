#pragma once

#include "models/modules/pipeline_stage.hpp"
#include "models/modules/streaming_unit.hpp"
#include "models/modules/unit_services.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// The array of processing elements: one matrix-vector product of an adapter at a time.
class LoraCompute : public FixedTimeStage<LoraJob> {
 public:
  LoraCompute(const sc_core::sc_module_name& name, const UnitServices& services);

 private:
  std::uint64_t serve(const LoraJob& job) override;

  ActionCounts& counts_;
};

/// The digital LoRA unit: fetch, compute, drain. The weights of a job are read through the fetch port before its first
/// vector, into the set of registers that the vectors still under way do not use.
class LoraUnit : public StreamingUnit<LoraJob> {
 public:
  LoraCompute compute;

  LoraUnit(const sc_core::sc_module_name& name, const UnitServices& services);

 private:
  SC_HAS_PROCESS(LoraUnit);
  void prepare(const Command<LoraJob>& command) override;
  void begin_vectors() { offer_vector(); }

  sc_core::sc_event preloaded_{"preloaded"};
};

}  // namespace palimpsest
