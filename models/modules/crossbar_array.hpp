#pragma once

#include "models/modules/pipeline_stage.hpp"
#include "models/modules/unit_services.hpp"
#include "models/physics/sensing.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// The lines are driven and their currents sensed, those of the reference lines too.
class CrossbarArray : public FixedTimeStage<TileJob> {
 public:
  CrossbarArray(const sc_core::sc_module_name& name, const Sensing& sensing, const Clock& clock,
                const UnitServices& services);

 private:
  std::uint64_t serve(const TileJob& job) override;

  std::uint64_t array_cycles_;
  ActionCounts& counts_;
};

}  // namespace palimpsest
