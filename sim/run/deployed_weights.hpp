#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/graph/shape.hpp"
#include "sim/run/progress_meter.hpp"
#include "sim/run/provenance.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

struct DeploySettings {
  std::string phase;
  std::uint64_t seed = 1;
  double age_seconds = 0.0;  ///< how long after its deployment each phase is evaluated; phases follow each other
};

/// How far a parameter on the chip is from the trace's.
struct DeployedWeight {
  std::string name;
  Shape shape;
  bool on_tiles = false;
  double largest = 0.0;        ///< magnitude in the trace
  double rms_error = 0.0;      ///< root mean square of chip less trace, in the weights' unit
  double largest_error = 0.0;  ///< magnitude
};

/// A phase's parameters as one chip computes with them.
struct DeployedWeights {
  Provenance provenance;
  std::string architecture;
  std::string trace;
  DeploySettings settings;
  std::vector<DeployedWeight> weights;  ///< by name
  WeightSet values;                     ///< as read_weight_set() has them
};

/// Lives through the hybrid's phases up to `settings.phase` as run() does, on the same cells, and gives the parameters
/// with which the evaluation of that phase computes. Plays and evaluates nothing. Elaborates a SystemC chip, so it can
/// be called once per process. Throws UserError as run() does.
DeployedWeights deploy_weights(const Architecture& architecture, const Trace& trace, const DeploySettings& settings,
                               const ReportProgress& progress = {});

}  // namespace palimpsest
