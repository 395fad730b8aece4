#pragma once

#include "models/modules/chip_config.hpp"
#include "models/modules/pipeline_stage.hpp"
#include "models/modules/streaming_unit.hpp"
#include "models/modules/unit_services.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// The wires across the chip's edge.
class HostLink : public FixedTimeStage<HostJob> {
 public:
  HostLink(const sc_core::sc_module_name& name, const HostPortConfig& config, const UnitServices& services);

 private:
  std::uint64_t serve(const HostJob& job) override;

  HostPortConfig config_;
  ActionCounts& counts_;
};

/// Where data enters and leaves the chip: fetch, link, drain.
class HostPort : public StreamingUnit<HostJob> {
 public:
  HostLink link;

  HostPort(const sc_core::sc_module_name& name, const HostPortConfig& config, const UnitServices& services);
};

}  // namespace palimpsest
