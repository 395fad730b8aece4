#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "sim/network/float_network.hpp"
#include "sim/run/chip_life.hpp"

namespace palimpsest::test {

/// A chip on which any number of lives are lived, of chips that differ in their values and not in their times. One per
/// process.
class Stage {
 public:
  Stage(const Architecture& architecture, const Trace& trace)
      : map_(map_to_tiles(trace.network, architecture)),
        chip_("chip", {architecture.clock, static_cast<std::uint32_t>(map_.blocks.size()), architecture.tile,
                       architecture.sram, architecture.interconnect, architecture.host_port, architecture.off_chip}) {}

  /// The figures of all phases of `trace`, whose network is the stage's.
  std::vector<PhaseFigures> live(const Architecture& architecture, const Trace& trace, UpdateMethod method,
                                 std::uint64_t seed = 1, double age_seconds = 0.0) {
    const RunPlan plan = plan_run({architecture, trace.network, map_}, trace, {});
    ProgressMeter meter({}, plan.total());
    ChipLife life(architecture, trace, map_, chip_, method, seed, age_seconds, 1, meter);
    std::vector<PhaseFigures> phases;
    for (const PhaseWork& work : method == UpdateMethod::adapters ? plan.hybrid : plan.rm_rewrite)
      phases.push_back(life.next_phase({}, work));
    return phases;
  }

 private:
  TileMap map_;
  Chip chip_;
};

/// Puts `samples` random samples in place of those of `trace`, each of the class that the float network of the first
/// phase says, and the references that belong to them: accuracies tell small changes of the arrays.
inline void take_samples(Trace& trace, std::uint32_t samples) {
  const std::size_t elements = trace.test.elements();
  trace.test.samples = samples;
  trace.test.values.resize(samples * elements);
  std::mt19937 draw(1);
  for (std::uint8_t& value : trace.test.values) value = static_cast<std::uint8_t>(draw() % 256);
  std::vector<std::uint32_t> all(samples);
  for (std::uint32_t sample = 0; sample < samples; ++sample) all[sample] = sample;
  const Tensor input = network_input(trace.network, trace.test, all);
  const auto scores_of = [&](const Method& method) {
    return float_scores(trace.network, trace.weights.at(method.weights), adapters_of(trace, method), input);
  };
  const Eigen::MatrixXf scores = scores_of(trace.phases.front().hybrid);
  trace.labels.resize(samples);
  for (std::uint32_t sample = 0; sample < samples; ++sample) scores.row(sample).maxCoeff(&trace.labels[sample]);
  for (Phase& phase : trace.phases) {
    phase.samples = all;
    for (Method* method : {&phase.hybrid, &phase.rewrite}) method->reference = scores_of(*method);
  }
}

}  // namespace palimpsest::test
