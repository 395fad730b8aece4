#pragma once

#include "models/modules/pipeline_stage.hpp"
#include "models/modules/unit_services.hpp"
#include "models/physics/crossbar.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// The lines are driven and the currents integrated for the read time.
class CrossbarArray : public FixedTimeStage<TileJob> {
 public:
  CrossbarArray(const sc_core::sc_module_name& name, const CrossbarConfig& config, const Clock& clock,
                const UnitServices& services);

 private:
  std::uint64_t serve(const TileJob& job) override;

  std::uint64_t read_cycles_;
};

}  // namespace palimpsest
