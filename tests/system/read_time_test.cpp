#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/network/deployed_network.hpp"
#include "sim/network/evaluate.hpp"
#include "sim/run/accuracy.hpp"
#include "sim/run/inference.hpp"
#include "sim/trace/trace.hpp"
#include "tests/support/command.hpp"

namespace palimpsest {
namespace {

constexpr std::uint64_t chips = 8;

/// Accuracy of the face network's first phase, five faces of 30 samples each, in the mean over chips of other seeds.
class FirstPhase {
 public:
  FirstPhase()
      : trace_(read_trace(test::shipped("traces/face"))),
        chip_(read_architecture(test::shipped("arch/rm180.json"), {})),
        map_(map_to_tiles(trace_.network, chip_)) {
    for (std::uint64_t seed = 1; seed <= chips; ++seed) {
      arrays_.emplace_back(chip_, map_, seed);
      arrays_.back().write(weights());
    }
  }

  double accuracy(const std::vector<Override>& overrides) const {
    const Architecture chip = read_architecture(test::shipped("arch/rm180.json"), overrides);
    const Network& network = trace_.network;
    const Phase& phase = trace_.phases.front();
    const std::vector<const Adapter*> adapters = adapters_of(trace_, phase.hybrid);
    double sum = 0.0;
    for (std::uint64_t seed = 1; seed <= chips; ++seed) {
      const DeployedNetwork deployed(chip, network, map_, arrays_[seed - 1], weights(), adapters,
                                     network_input(network, trace_.calibration), seed);
      AccuracyTally tally(trace_, phase);
      infer(deployed, {network, trace_.test, phase.samples}, 0, 2,
            [&tally](std::size_t first, const Eigen::MatrixXf& scores) { tally.add(first, scores); });
      sum += tally.accuracy().all.value();
    }
    return sum / static_cast<double>(chips);
  }

 private:
  const WeightSet& weights() const { return trace_.weights.at(trace_.phases.front().hybrid.weights); }

  Trace trace_;
  Architecture chip_;
  TileMap map_;
  std::vector<ResistiveArrays> arrays_;
};

/// The accuracies fall with the list to within 5 points of chance, one in five. 1200 samples have a standard deviation
/// of 1.2 points at chance and 1.4 at most, so that neighbours of equal expectation differ by less than 5 points.
void check_falls_to_chance(const std::vector<double>& accuracies) {
  CHECK(accuracies.front() > 0.95);
  for (std::size_t i = 1; i < accuracies.size(); ++i) CHECK(accuracies[i] < accuracies[i - 1] + 0.05);
  CHECK(accuracies.back() > 0.15);
  CHECK(accuracies.back() < 0.25);
}

TEST_CASE("Accuracy falls with the read time, to chance at a thousandth, however currents are sensed") {
  const FirstPhase first;
  for (const char* kind : {"transimpedance", "integrator"}) {
    std::vector<double> accuracies;
    for (const char* ns : {"100", "30", "10", "3", "1", "0.3", "0.1"}) {
      accuracies.push_back(first.accuracy({{"/tile/sensing/kind", kind}, {"/tile/read_ns", ns}}));
      UNSCOPED_INFO(kind << ", " << ns << " ns: " << accuracies.back());
    }
    check_falls_to_chance(accuracies);
  }
}

TEST_CASE("Accuracy falls with the read voltage, to chance at a two-hundredth") {
  const FirstPhase first;
  std::vector<double> accuracies;
  for (const char* volt : {"0.2", "0.06", "0.02", "0.006", "0.002", "0.001"}) {
    accuracies.push_back(first.accuracy({{"/tile/dac/full_scale_volt", volt}}));
    UNSCOPED_INFO(volt << " V: " << accuracies.back());
  }
  check_falls_to_chance(accuracies);
}

}  // namespace
}  // namespace palimpsest
