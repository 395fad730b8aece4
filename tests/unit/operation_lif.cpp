#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sim/network/float_network.hpp"
#include "sim/trace/network_assembly.hpp"
#include "tests/support/lowered.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/operation_description.hpp"
#include "tests/support/operation_reference.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;
using nlohmann::json;

namespace {

json neuron(const char* reset) { return {{"leak", 0.5}, {"threshold", 1.0}, {"reset", reset}}; }

std::string refusal(const json& description, const std::vector<Shape>& inputs) {
  return thrown_error([&] { lone_operation("lif", description, inputs); }).text;
}

/// Which of a neuron's inputs come from a layer, and which outputs are used.
struct Uses {
  bool current = true;
  bool membrane = true;
  bool spikes = true;
  bool membrane_after = true;
};

Network neurons(const char* reset, const Uses& uses) {
  NetworkBuilder builder({3, 4});
  const auto current = uses.current ? builder.linear(0, 4, "current") : 0;
  const auto membrane = uses.membrane ? builder.linear(0, 4, "membrane") : 0;
  const auto spikes = builder.add("lif", {current, membrane}, neuron(reset));
  if (uses.spikes && uses.membrane_after) {
    builder.sum(spikes, spikes + 1);
  } else {
    builder.relu(uses.spikes ? spikes : spikes + 1);
  }
  return builder.network();
}

std::vector<VectorJob> training_jobs(const Network& network) {
  const Architecture chip = roomy_chip();
  const TileMap map = map_to_tiles(network, chip);
  return jobs_of<VectorJob>(training_programs({chip, network, map}, {}).batch);
}

/// Of a row of four.
void check(const VectorJob& job, std::uint64_t adds, std::uint64_t macs, std::uint64_t lookups, std::uint64_t moves) {
  CHECK(job.vectors == 3);
  CHECK(job.operations_per_vector.adds == 4 * adds);
  CHECK(job.operations_per_vector.macs == 4 * macs);
  CHECK(job.operations_per_vector.lookups == 4 * lookups);
  CHECK(job.operations_per_vector.moves == 4 * moves);
  CHECK(job.cycles_per_vector == adds + macs + lookups + moves + 3);
}

/// Neurons over three steps, their currents W x_t: the mean of their spikes plus the membrane that is left.
json spiking_network() {
  json step = neuron("subtract");
  step["outputs"] = {"spikes", "after"};
  json loop = operation("loop", "loop", {"x"}, {{"outputs", {"all", "left"}}});
  loop["iterations"] = 3;
  loop["carried"] = {{{"value", "membrane"}, {"initial", nullptr}, {"shape", {5}}, {"next", "after"}}};
  loop["indexed"] = {{{"value", "x_t"}, {"from", "x"}}};
  loop["constants"] = json::array();
  loop["results"] = {{{"value", "all"}, {"from", "spikes"}, {"take", "all"}},
                     {{"value", "left"}, {"from", "after"}, {"take", "last"}}};
  loop["body"]["operations"] = {operation("current", "linear", {"x_t"}, {{"weight", "w"}, {"bias", nullptr}}),
                                operation("neurons", "lif", {"current", "membrane"}, step)};
  return {{"input", {{"name", "x"}, {"shape", {3, 4}}, {"type", "f32"}, {"scale", 1}, {"offset", 0}}},
          {"operations",
           {loop, operation("rate", "mean", {"all"}, {{"axes", {0}}, {"keep", false}}),
            operation("answer", "add", {"rate", "left"}, json::object())}},
          {"output", "answer"}};
}

Network assembled(const json& description) {
  NotedShapes shapes;
  shapes.shapes = {{"w", Shape{5, 4}}};
  const JsonDocument document(description, "network", ExitCode::trace);
  JsonReader reader(document);
  NetworkAssembly assembly(shapes, 2);
  assembly.read_input(reader.object("input"));
  assembly.read_operations(reader);
  return assembly.finish(reader);
}

}  // namespace

TEST_CASE("a membrane at the threshold does not spike") {
  NetworkBuilder builder({2, 2});
  const auto spikes = builder.add("lif", {0, 0}, {{"leak", 0.5}, {"threshold", 1.5}, {"reset", "zero"}});
  const Tensor x{{1.0F, 1.25F}, {0.0F, -2.0F}};
  CHECK(float_scores(builder.network(spikes), {}, {}, x) == Eigen::RowVector4f(0.0F, 1.0F, 0.0F, 0.0F));
}

TEST_CASE("neurons have the numbers of PyTorch") { check_numbers("convolution", "lif"); }

TEST_CASE("neurons that cannot be are refused") {
  CHECK(refusal(neuron("zero"), {{2, 3}}) == "lif: /inputs: expected 2, got 1");
  CHECK(refusal(neuron("zero"), {{2, 3}, {3, 2}}) ==
        "lif: /inputs: expected a current and a membrane of one shape, got [2, 3] and [3, 2]");
  CHECK(refusal(neuron("half"), {{2, 3}, {2, 3}}).find("/reset") != std::string::npos);
  json leaking = neuron("zero");
  leaking["leak"] = 1.5;
  CHECK(refusal(leaking, {{2, 3}, {2, 3}}).find("/leak") != std::string::npos);
}

TEST_CASE("a neuron's step is one job with two results") {
  for (const std::string reset : {"zero", "subtract"}) {
    const Lowered programs = lowered(roomy_chip(), neurons(reset.c_str(), {}));
    const VectorJob step = jobs_of<VectorJob>(programs.inference).at(2);  // behind the step of both products
    CHECK(step.fetches.size() == 2);
    CHECK(step.drains.size() == 2);
    if (reset == "zero") check(step, 1, 1, 0, 1);
    if (reset == "subtract") check(step, 2, 1, 0, 0);
    check_lowered_everywhere(neurons(reset.c_str(), {}));
  }
}

TEST_CASE("gradients go back through a surrogate of the spike") {
  // The loss and the gradient that the addition passes on come before: no job of their own for the latter.
  const std::size_t backward = 3;  // neuron, addition, loss
  const auto zero = training_jobs(neurons("zero", {})).at(backward);
  check(zero, 1, 4, 1, 1);
  CHECK(zero.fetches.size() == 4);
  CHECK(zero.drains.size() == 2);
  check(training_jobs(neurons("subtract", {})).at(backward), 1, 4, 1, 0);
}

TEST_CASE("only the gradients that lead to a trained layer are computed") {
  const std::size_t backward = 3;
  Uses uses;
  uses.membrane = false;
  const auto current_alone = training_jobs(neurons("zero", uses)).at(backward);
  check(current_alone, 1, 3, 1, 1);
  CHECK(current_alone.drains.size() == 1);
  uses = {};
  uses.current = false;
  const auto membrane_alone = training_jobs(neurons("zero", uses)).at(backward);
  check(membrane_alone, 1, 4, 1, 1);
  CHECK(membrane_alone.drains.size() == 1);
}

TEST_CASE("an output that nothing depends on has no gradient") {
  const std::size_t backward = 4;  // neuron, ReLU, loss, ReLU back
  Uses uses;
  uses.membrane_after = false;
  const auto spikes_alone = training_jobs(neurons("zero", uses)).at(backward);
  check(spikes_alone, 1, 4, 1, 0);
  CHECK(spikes_alone.fetches.size() == 3);
  uses = {};
  uses.spikes = false;
  check(training_jobs(neurons("zero", uses)).at(backward), 1, 2, 0, 1);
  // Where the reset subtracts, the gradient of the current is that of the membrane.
  const auto jobs = training_jobs(neurons("subtract", uses));
  REQUIRE(jobs.size() == backward + 1);
  check(jobs.at(backward), 0, 1, 0, 0);
  CHECK(jobs.at(backward).fetches.size() == 1);
}

TEST_CASE("neurons keep their membranes over the iterations of a loop") {
  const Network network = assembled(spiking_network());
  const Eigen::MatrixXf weight = Eigen::MatrixXf::Random(5, 4);
  const Tensor input = 2.0F * Tensor::Random(2 * 3, 4);
  const Eigen::MatrixXf answers = float_scores(network, {{"w", weight}}, {}, input);
  REQUIRE(answers.rows() == 2);
  float all_spikes = 0.0F;
  for (int sample = 0; sample < 2; ++sample) {
    for (int unit = 0; unit < 5; ++unit) {
      float membrane = 0.0F;
      float spikes = 0.0F;
      for (int step = 0; step < 3; ++step) {
        membrane = 0.5F * membrane + weight.row(unit).dot(input.row(3 * sample + step));
        if (membrane > 1.0F) {
          membrane -= 1.0F;
          spikes += 1.0F;
        }
      }
      all_spikes += spikes;
      CHECK(answers(sample, unit) == Approx(spikes / 3.0F + membrane).margin(1e-5));
    }
  }
  CHECK(all_spikes > 0.0F);
  check_lowered_everywhere(network, Values::in_parts);
  const auto jobs = jobs_of<VectorJob>(lowered(roomy_chip(), network, Values::in_parts).training.batch);
  const auto steps_back = [&](const VectorJob& job) { return job.operations_per_vector.lookups == 5; };
  CHECK(std::count_if(jobs.begin(), jobs.end(), steps_back) == 3 + 1);  // the loss has a table too
}
