#pragma once

#include "models/modules/pipeline_stage.hpp"
#include "models/modules/unit_services.hpp"
#include "models/physics/sensing.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// Amplifiers that hold what they sensed hand it on to the converters, while the array is driven for the next vector.
class TransferStage : public FixedTimeStage<TileJob> {
 public:
  TransferStage(const sc_core::sc_module_name& name, const Sensing& sensing, const Clock& clock,
                const UnitServices& services);

 private:
  std::uint64_t serve(const TileJob& job) override;

  std::uint64_t transfer_cycles_;
};

}  // namespace palimpsest
