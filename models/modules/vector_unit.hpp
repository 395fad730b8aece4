#pragma once

#include "models/modules/pipeline_stage.hpp"
#include "models/modules/streaming_unit.hpp"
#include "models/modules/unit_services.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// The lanes of the vector unit.
class VectorCompute : public FixedTimeStage<VectorJob> {
 public:
  VectorCompute(const sc_core::sc_module_name& name, const UnitServices& services);

 private:
  std::uint64_t serve(const VectorJob& job) override;

  ActionCounts& counts_;
};

/// The vector unit, for everything that is not a matrix product: fetch, compute, drain.
class VectorUnit : public StreamingUnit<VectorJob> {
 public:
  VectorCompute compute;

  VectorUnit(const sc_core::sc_module_name& name, const UnitServices& services);
};

}  // namespace palimpsest
