#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <variant>

#include "sim/config/architecture.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/run/training_task.hpp"
#include "tests/support/stream_of.hpp"

using namespace palimpsest;

// The face network: 16 tokens of 16 pixels, embedded in 20 features. Two mixers, each of two products over tokens (16
// -> 32 -> 16, once for each of the 20 features) and two over features (20 -> 32 -> 20, once for each of the 16
// tokens), a norm before either; then a norm, a mean over tokens and a classifier of 20 -> 6. Adapters lie on the
// products over features and on the classifier.

namespace {

constexpr std::uint64_t embed = 16 * 16 * 20;
constexpr std::uint64_t over_tokens = 20 * 16 * 32;    // up as down
constexpr std::uint64_t over_features = 16 * 20 * 32;  // up as down
constexpr std::uint64_t classifier = 20 * 6;
constexpr std::uint64_t products = embed + 2 * 2 * (over_tokens + over_features) + classifier;

// Multiply-accumulates of the pairs per rank: rows (in + out).
constexpr std::uint64_t pair_over_features = 16 * (20 + 32);
constexpr std::uint64_t pairs = 4 * pair_over_features + (20 + 6);
static_assert(pairs == 3354);

// The backward pass of adapters ends at the first mixer's first product over features, whose input needs no gradient.
constexpr std::uint64_t digital_products_of_adapters = classifier + 3 * over_features + 2 * over_tokens;

struct Face {
  Architecture architecture = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  Trace trace = read_trace(std::string(PALIMPSEST_SOURCE_DIR) + "/traces/face");
  TileMap map = map_to_tiles(trace.network, architecture);

  ProgramContext context() const { return {architecture, trace.network, map}; }
  TrainingPrograms training(const std::string& phase_name, std::size_t run, bool in_arrays = false) const {
    const Method& method = phase(phase_name).hybrid;
    return training_programs(context(), training_task(trace, method, method.training.at(run), in_arrays));
  }
  const Phase& phase(const std::string& name) const {
    for (const Phase& phase : trace.phases) {
      if (phase.name == name) return phase;
    }
    throw std::logic_error("no phase " + name);
  }
};

/// Those of jobs that tiles feed too.
std::uint64_t macs(const Program& program) {
  std::uint64_t sum = 0;
  for (const Step& step : program.steps) {
    const auto* job = std::get_if<LoraJob>(&step.job);
    if (job == nullptr) job = test::adapters_of(step.job);
    if (job != nullptr) sum += job->macs_per_vector * job->vectors;
  }
  return sum;
}

void check(const TrainingPrograms& programs, std::uint64_t forward, std::uint64_t backward) {
  CHECK(macs(programs.forward) == forward);
  CHECK(macs(programs.batch) - macs(programs.forward) == backward);
}

}  // namespace

TEST_CASE("A sample of the face network takes 3354 multiply-accumulates per rank of the adapters in use") {
  const Face face;
  const auto of_phase = [&](const char* name) {
    return macs(inference_program(face.context(), adapters_of(face.trace, face.phase(name).hybrid), 1));
  };
  CHECK(of_phase("learn") == 8 * 3354);
  CHECK(of_phase("unlearn") == 6 * 3354);
  CHECK(of_phase("continual") == (6 + 8) * 3354);
  CHECK(macs(inference_program(face.context(), {}, 1)) == 0);
}

TEST_CASE("Training an adapter on the face network takes in + out forward and twice that backward") {
  Face face;
  constexpr std::uint64_t trained_backward = 2 * pairs - 16 * 20;
  // An adapter that is not trained passes gradients on, but for the first layer.
  constexpr std::uint64_t other_backward = pairs - pair_over_features;
  check(face.training("learn", 1), 8 * pairs, 8 * trained_backward);
  check(face.training("continual", 0), (6 + 8) * pairs, 8 * trained_backward + 6 * other_backward);
  face.architecture.training.backward_products = BackwardProducts::digital;
  check(face.training("learn", 1), 8 * pairs, 8 * trained_backward + digital_products_of_adapters);
}

TEST_CASE("Training the face network's backbone multiplies with every weight forward and twice backward") {
  Face face;
  check(face.training("learn", 0), products, 2 * products - embed);
  check(face.training("learn", 0, true), 0, products);
  face.architecture.training.backward_products = BackwardProducts::digital;
  check(face.training("learn", 0, true), 0, 2 * products - embed);
}

TEST_CASE("The first phase of the face trace updates 5148 parameters 2000 times and 1872 parameters 400 times") {
  const Face face;
  const std::vector<TrainingRun>& runs = face.phase("learn").hybrid.training;
  REQUIRE(runs.size() == 2);
  CHECK(face.training("learn", 0).trained_parameters == 5148);
  CHECK(runs[0].steps == 2000);
  CHECK(face.training("learn", 1).trained_parameters == 1872);
  CHECK(runs[1].steps == 400);
}
