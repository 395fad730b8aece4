#include "sim/run/deployed_weights.hpp"

#include <cmath>
#include <utility>

#include "sim/mapping/tile_map.hpp"
#include "sim/run/chip_life.hpp"
#include "sim/run/memory_check.hpp"
#include "sim/run/reference_check.hpp"
#include "sim/run/tiles_of_chip.hpp"

namespace palimpsest {

namespace {

DeployedWeight compared(const std::string& name, const Shape& shape, const Eigen::MatrixXf& trace,
                        const Eigen::MatrixXf& chip) {
  const Eigen::MatrixXd error = chip.cast<double>() - trace.cast<double>();
  DeployedWeight weight;
  weight.name = name;
  weight.shape = shape;
  weight.largest = trace.cast<double>().cwiseAbs().maxCoeff();
  weight.rms_error = error.norm() / std::sqrt(static_cast<double>(error.size()));
  weight.largest_error = error.cwiseAbs().maxCoeff();
  return weight;
}

}  // namespace

DeployedWeights deploy_weights(const Architecture& architecture, const Trace& trace, const DeploySettings& settings,
                               const ReportProgress& progress) {
  const RunSelection selection{{settings.phase}, {false, false, false}, false, false};
  check_phases(selection, trace, "--phase: expected a phase");
  tiles_of_chip(architecture, trace);
  check_memory(needed_memory_bytes(architecture, trace, {1, true, 1}), available_memory_bytes());
  const TileMap map = map_to_tiles(trace.network, architecture);
  const RunPlan plan = plan_run({architecture, trace.network, map}, trace, selection);
  ProgressMeter meter(progress, plan.total());
  meter.begin("references");
  check_references(trace, selection);

  Chip chip("chip", {architecture.clock, static_cast<std::uint32_t>(map.blocks.size()), architecture.tile,
                     architecture.sram, architecture.interconnect, architecture.host_port, architecture.off_chip});
  DeployedWeights deployed;
  RunRecord record;
  ChipLife life(architecture, trace, map, chip, UpdateMethod::adapters, settings.seed, settings.age_seconds, 1, meter,
                &record);
  const std::size_t lived = lived_phases(selection, trace);
  for (std::size_t number = 0; number < lived; ++number) {
    meter.begin(trace.phases[number].name);
    if (number + 1 == lived)
      record.weights = [&](const std::string&, std::size_t, const WeightSet& weights) { deployed.values = weights; };
    life.next_phase({false, false, false}, plan.hybrid[number]);
  }
  deployed.architecture = architecture.name;
  deployed.trace = trace.name;
  deployed.settings = settings;
  const WeightSet& exact = trace.weights.at(trace.phases[lived - 1].hybrid.weights);
  for (const auto& [name, shape] : trace.network.parameters) {
    deployed.weights.push_back(compared(name, shape, exact.at(name), deployed.values.at(name)));
    deployed.weights.back().on_tiles = map.numbers.count(name) != 0;
  }
  return deployed;
}

}  // namespace palimpsest
