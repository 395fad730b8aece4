#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sim/network/float_network.hpp"
#include "sim/run/nonidealities.hpp"
#include "sim/run/run.hpp"
#include "tests/support/small_trace.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

Architecture shipped_chip(const std::vector<Override>& overrides) {
  return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", overrides);
}

/// `real` with ideal converters, amplifiers, storage and LoRA unit, no noise: what is left is in the arrays.
Architecture ideal_but_for_its_arrays(const Architecture& real) {
  Architecture chip = without_nonidealities(real);
  for (const Nonideality& nonideality : nonidealities()) {
    constexpr std::array<const char*, 4> in_arrays{"writing", "faults", "ageing", "wires"};
    const auto is_it = [&](const char* name) { return nonideality.name == name; };
    if (std::any_of(in_arrays.begin(), in_arrays.end(), is_it)) nonideality.take(chip, real);
  }
  return chip;
}

/// What a run gives of its hybrid: by phase.
struct Recorded {
  std::vector<Eigen::MatrixXf> outputs{2};
  std::vector<WeightSet> weights{2};
};

Recorded recorded_run(const Architecture& chip, const Trace& trace, const std::map<std::string, Adapter>& adapters) {
  Recorded recorded;
  RunOptions options;
  options.age_seconds = 86400.0;
  options.adapters = adapters;
  for (std::size_t phase = 0; phase < trace.phases.size(); ++phase)
    recorded.outputs[phase].resize(static_cast<Eigen::Index>(trace.phases[phase].samples.size()), 3);
  options.record.outputs = [&](const std::string& evaluation, std::size_t phase, std::size_t first,
                               const Eigen::MatrixXf& rows) {
    if (evaluation == "hybrid")
      recorded.outputs[phase].middleRows(static_cast<Eigen::Index>(first), rows.rows()) = rows;
  };
  options.record.weights = [&](const std::string& evaluation, std::size_t phase, const WeightSet& weights) {
    if (evaluation == "hybrid") recorded.weights[phase] = weights;
  };
  run(chip, trace, options);
  return recorded;
}

double deviation(const Eigen::MatrixXf& found, const Eigen::MatrixXf& expected) {
  return double{(found - expected).cwiseAbs().maxCoeff()} / double{expected.cwiseAbs().maxCoeff()};
}

const std::vector<Override> imperfect{{"/resistive_memory/faults/stuck_low_share", "0.05"},
                                      {"/resistive_memory/faults/stuck_high_share", "0.05"},
                                      {"/resistive_memory/retention", "retention/neurram.json"},
                                      {"/tile/wires/row_segment_ohm", "30"}};

/// In float, with the weights that the chip is said to compute with and its adapters, all outputs of a chip whose
/// arrays alone are real.
void check_float_network(const std::vector<Override>& overrides, bool own_adapter) {
  const Trace trace = read_small_trace();
  std::map<std::string, Adapter> adapters;
  if (own_adapter) {
    Adapter& own = adapters.emplace("forget", trace.adapters.at("forget")).first->second;
    for (auto& [layer, pair] : own.layers) {
      pair.a *= -1.5F;
      pair.b.array() += 0.1F;
      pair.scale = 0.7F;
    }
  }
  const Recorded recorded = recorded_run(ideal_but_for_its_arrays(shipped_chip(overrides)), trace, adapters);
  for (std::size_t number = 0; number < 2; ++number) {
    const Phase& phase = trace.phases[number];
    INFO(phase.name);
    const Tensor input = network_input(trace.network, trace.test, phase.samples);
    const Eigen::MatrixXf expected =
        float_scores(trace.network, recorded.weights[number], adapters_of(trace, phase.hybrid, adapters), input);
    CHECK(deviation(recorded.outputs[number], expected) < 1e-4);
    // With the trace's weights it is another network, and so it is with the trace's adapter.
    CHECK(deviation(recorded.outputs[number], float_scores(trace.network, trace.weights.at("learned"),
                                                           adapters_of(trace, phase.hybrid, adapters), input)) > 1e-2);
    if (own_adapter && number == 1)
      CHECK(deviation(recorded.outputs[number], float_scores(trace.network, recorded.weights[number],
                                                             adapters_of(trace, phase.hybrid), input)) > 1e-2);
  }
}

}  // namespace

TEST_CASE("A chip with ideal periphery is the float network with the chip's weights") {
  check_float_network(imperfect, false);
}

TEST_CASE("So it is with small tiles, weights in slices and pairs of devices") {
  std::vector<Override> overrides = imperfect;
  overrides.insert(overrides.end(), {{"/tile/rows", "4"},
                                     {"/tile/columns", "9"},
                                     {"/programmer/parallel_cells", "1"},
                                     {"/tile/mapping/weights", "differential"},
                                     {"/tile/mapping/slices", "2"},
                                     {"/tile/mapping/bits_per_slice", "4"}});
  check_float_network(overrides, false);
}

TEST_CASE("So it is with an adapter of its own in place of the trace's") { check_float_network(imperfect, true); }
