#pragma once

#include "models/modules/pipeline_stage.hpp"
#include "models/modules/streaming_unit.hpp"
#include "models/modules/unit_services.hpp"
#include "models/physics/clock.hpp"
#include "models/physics/off_chip.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// The DRAM's own time before the first word of a vector moves.
class OffChipAccess : public FixedTimeStage<OffChipJob> {
 public:
  OffChipAccess(const sc_core::sc_module_name& name, const OffChipConfig& config, const Clock& clock,
                const UnitServices& services);

 private:
  std::uint64_t serve(const OffChipJob& /*job*/) override { return cycles_; }

  std::uint64_t cycles_;
};

/// The wires between chip and DRAM.
class OffChipLink : public FixedTimeStage<OffChipJob> {
 public:
  OffChipLink(const sc_core::sc_module_name& name, const OffChipConfig& config, const Clock& clock,
              const UnitServices& services);

 private:
  std::uint64_t serve(const OffChipJob& job) override;

  OffChipConfig config_;
  Clock clock_;
  ActionCounts& counts_;
};

/// The off-chip memory behind a port of its own: fetch, access, link, drain. The row of the next vector is opened while
/// the link moves the one before.
class OffChipMemory : public StreamingUnit<OffChipJob> {
 public:
  OffChipAccess access;
  OffChipLink link;

  OffChipMemory(const sc_core::sc_module_name& name, const OffChipConfig& config, const Clock& clock,
                const UnitServices& services);
};

}  // namespace palimpsest
