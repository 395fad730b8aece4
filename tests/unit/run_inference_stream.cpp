#include <malloc.h>

#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "sim/run/accuracy.hpp"
#include "sim/run/inference.hpp"
#include "tests/support/small_trace.hpp"

using namespace palimpsest;

namespace {

/// The small trace's learned network on the shipped chip, with a test set of `samples` samples.
struct DeployedTrace {
  Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  Trace trace = test::read_small_trace();
  TileMap map = map_to_tiles(trace.network, chip);
  ResistiveArrays arrays{chip, map, 1};
  std::vector<std::uint32_t> samples;

  explicit DeployedTrace(std::uint32_t count) {
    arrays.write(weights());
    SampleSet& test = trace.test;
    const std::vector<std::uint8_t> few = test.values;
    const std::size_t size = few.size() / test.samples;
    test.values.resize(count * size);
    for (std::size_t i = 0; i < test.values.size(); ++i) test.values[i] = few[(i + i / 97) % few.size()];
    test.samples = count;
    samples = all_samples(test);
  }

  const WeightSet& weights() const { return trace.weights.at("learned"); }
  DeployedNetwork deployed() const {
    return {chip, trace.network, map, arrays, weights(), {}, network_input(trace.network, trace.calibration), 1};
  }
  InferredSamples all() const { return {trace.network, trace.test, samples}; }
};

std::size_t bytes_in_use() {
  const struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

}  // namespace

TEST_CASE("Scores come in order and complete, and are those of each chunk by itself, for any number of threads") {
  const DeployedTrace place(1003);
  const DeployedNetwork network = place.deployed();
  Eigen::MatrixXf expected(1003, 3);
  Activity expected_activity;
  for (std::uint32_t first = 0; first < 1003; first += 16) {
    const auto begin = place.samples.begin() + first;
    const auto end = place.samples.begin() + std::min(first + 16, 1003U);
    Activity activity;
    const Eigen::MatrixXf scores =
        network.evaluate(network_input(place.trace.network, place.trace.test, {begin, end}), 7, first, activity);
    expected.middleRows(first, scores.rows()) = scores;
    expected_activity += activity;
  }
  for (const unsigned threads : {1U, 2U, 5U}) {
    std::size_t next = 0;
    const Activity activity =
        infer(network, place.all(), 7, threads, [&](std::size_t first, const Eigen::MatrixXf& scores) {
          REQUIRE(first == next);
          next += static_cast<std::size_t>(scores.rows());
          REQUIRE(next <= 1003);
          CHECK((scores.array() == expected.middleRows(static_cast<Eigen::Index>(first), scores.rows()).array()).all());
        });
    CHECK(next == 1003);
    CHECK(activity.crossbar_joule == expected_activity.crossbar_joule);
    CHECK(activity.saturated_adc == expected_activity.saturated_adc);
  }
}

TEST_CASE("Inference holds as much for many samples as for few") {
  const DeployedTrace place(20'000);
  const DeployedNetwork network = place.deployed();
  // Their inputs and scores as numbers in single precision are 1.2 MB.
  constexpr std::size_t held = 100'000;
  const std::size_t before = bytes_in_use();
  std::size_t most = 0;
  infer(network, place.all(), 0, 1,
        [&](std::size_t /*first*/, const Eigen::MatrixXf& /*scores*/) { most = std::max(most, bytes_in_use()); });
  CHECK(most < before + held);
}

TEST_CASE("Accuracies counted in parts are those of all scores at once") {
  const Trace trace = test::read_small_trace();
  for (const Phase& phase : trace.phases) {
    AccuracyTally tally(trace, phase);
    const Eigen::MatrixXf& scores = phase.rewrite.reference;
    tally.add(0, scores.topRows(4));
    tally.add(4, scores.bottomRows(scores.rows() - 4));
    const Accuracy whole = accuracy_of(trace, phase, scores);
    CHECK(tally.accuracy().all == whole.all);
    CHECK(tally.accuracy().retain == whole.retain);
    CHECK(tally.accuracy().forget == whole.forget);
    CHECK(tally.accuracy().fresh == whole.fresh);
  }
}
