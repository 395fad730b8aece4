#pragma once

#include "models/modules/pipeline_stage.hpp"
#include "models/modules/unit_services.hpp"
#include "models/physics/tile_config.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// Loads one pass's codes, opens the access transistors of the driven lines and lets the outputs settle.
class DacBank : public PipelineStage<TileJob> {
 public:
  DacBank(const sc_core::sc_module_name& name, const TileConfig& config, const Clock& clock,
          const UnitServices& services);

 private:
  void begin_service(const VectorToken<TileJob>& vector) override;

  DacConfig config_;
  InputEncoding encoding_;
  std::uint32_t rows_;
  Clock clock_;
  CycleTime time_;
  ActionCounts& counts_;
};

}  // namespace palimpsest
