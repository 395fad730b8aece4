#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/mapping/fused_chains.hpp"
#include "sim/trace/network_assembly.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/operation_description.hpp"

using namespace palimpsest;
using namespace palimpsest::test;
using nlohmann::json;

namespace {

using Names = std::vector<std::string>;

/// Names of what is fused behind each product, in the products' order.
std::vector<Names> chains_of(const Network& network, const DataPathConfig& path = {}, bool transpositions = true) {
  const FusedChains chains(network, path, transpositions);
  std::vector<Names> all;
  for (const Execution& execution : network.executions()) {
    if (execution.operation->array_product() == nullptr) {
      CHECK(chains.behind(execution).empty());
      continue;
    }
    Names& names = all.emplace_back();
    bool transposes = false;
    for (const Execution* one : chains.behind(execution)) {
      names.push_back(one->operation->name());
      transposes = transposes || one->operation->transposes();
    }
    if (transposes) continue;
    const Execution* before = &execution;
    for (const Execution* one : chains.behind(execution)) {
      CHECK(chains.passes_on(*before));
      before = one;
    }
    CHECK_FALSE(chains.passes_on(*before));
  }
  return all;
}

std::vector<Names> chains_of(const NetworkBuilder& builder, const DataPathConfig& path = {},
                             bool transpositions = true) {
  return chains_of(builder.network(), path, transpositions);
}

using Chains = std::vector<Names>;

Network assembled(const json& operations, const std::string& output, const Shape& input) {
  json shape = json::array();
  for (const std::uint32_t extent : input.extents()) shape.push_back(extent);
  const json description = {{"input", {{"name", "x"}, {"shape", shape}, {"type", "f32"}, {"scale", 1}, {"offset", 0}}},
                            {"operations", operations},
                            {"output", output}};
  const JsonDocument document(description, "network", ExitCode::trace);
  JsonReader reader(document);
  NotedShapes parameters;
  parameters.shapes = {{"w", {4, 4}}, {"v", {4, 4}}};
  NetworkAssembly assembly(parameters, 2);
  assembly.read_input(reader.object("input"));
  assembly.read_operations(reader);
  return assembly.finish(reader);
}

/// A loop over the rows x_t of the input with a state of 4.
json loop(const std::string& state, const std::string& next, const std::string& result, const json& body) {
  json description = operation("loop", "loop", {"x"});
  description["outputs"] = json::array({"all"});
  description["iterations"] = 3;
  description["carried"] = json::array({{{"value", state}, {"initial", nullptr}, {"shape", {4}}, {"next", next}}});
  description["indexed"] = json::array({{{"value", "x_t"}, {"from", "x"}}});
  description["constants"] = json::array();
  description["results"] = json::array({{{"value", "all"}, {"from", result}, {"take", "all"}}});
  description["body"]["operations"] = body;
  return description;
}

}  // namespace

TEST_CASE("A transposition behind a product is an address, and what follows it too") {
  NetworkBuilder builder({3, 4});
  const auto turned = builder.transpose(builder.gelu(builder.linear(0, 5, "w")));
  builder.add("softmax", {builder.relu(turned)}, {{"axis", 1}});
  CHECK(chains_of(builder) == Chains{{"gelu1", "permute2", "relu3"}});
  CHECK(chains_of(builder, {}, false) == Chains{{"gelu1"}});
  DataPathConfig path;
  path.permutation_by_address = false;
  CHECK(chains_of(builder, path) == Chains{{"gelu1"}});
}

TEST_CASE("A transposition that only products read is their way of reading it") {
  NetworkBuilder builder({3, 4});
  const auto turned = builder.transpose(builder.linear(0, 5, "w"));
  builder.linear(turned, 2, "v");
  const Network network = builder.network();
  const FusedChains chains(network, {}, true);
  CHECK(chains.behind(network.executions()[0]).empty());
  CHECK(chains.is_read_by_products(network.executions()[1]));
  CHECK_FALSE(FusedChains(network, {}, false).is_read_by_products(network.executions()[1]));
}

TEST_CASE("A value is rounded where it rests: before a transposition that nothing follows, or behind what does") {
  NetworkBuilder last({3, 4});
  last.add("softmax", {last.transpose(last.gelu(last.linear(0, 5, "w")))}, {{"axis", 1}});
  const Network alone = last.network();
  const FusedChains chains(alone, {}, true);
  CHECK(chains.passes_on(alone.executions()[0]));
  CHECK_FALSE(chains.passes_on(alone.executions()[1]));
  CHECK_FALSE(chains.passes_on(alone.executions()[2]));

  NetworkBuilder followed({3, 4});
  followed.add("softmax", {followed.relu(followed.transpose(followed.linear(0, 5, "w")))}, {{"axis", 1}});
  const Network network = followed.network();
  const FusedChains behind(network, {}, true);
  CHECK(behind.passes_on(network.executions()[0]));
  CHECK(behind.passes_on(network.executions()[1]));
  CHECK_FALSE(behind.passes_on(network.executions()[2]));
}

TEST_CASE("Functions of one value follow a product, one behind the other, and others do not") {
  NetworkBuilder builder({3, 4});
  const auto gelu = builder.gelu(builder.linear(0, 4, "w", "bias"));
  builder.add("softmax", {builder.relu(builder.add("add", {gelu}, {{"constant", 2}}))}, {{"axis", 1}});
  CHECK(chains_of(builder) == Chains{{"gelu1", "add2", "relu3"}});

  NetworkBuilder normed({3, 4});
  normed.gelu(normed.norm(normed.linear(0, 4, "w"), "gain"));
  CHECK(chains_of(normed) == Chains{{}});

  NetworkBuilder without({3, 4});
  without.gelu(without.relu(0));
  CHECK(chains_of(without).empty());
}

TEST_CASE(
    "A value that is there before the product is added to it, from either side, and one that comes later is not") {
  NetworkBuilder before({3, 4});
  const auto kept = before.norm(0, "gain");
  before.relu(before.sum(kept, before.linear(before.sum(before.linear(kept, 4, "w"), 0), 4, "v")));
  CHECK(chains_of(before) == Chains{{"add2"}, {"add4", "relu5"}});

  NetworkBuilder later({3, 4});
  const auto product = later.linear(0, 4, "w");
  later.sum(product, later.relu(0));
  CHECK(chains_of(later) == Chains{{}});

  // Of two products the second has the first one's result; the first has not the second's.
  NetworkBuilder both({3, 4});
  both.sum(both.linear(0, 4, "w"), both.linear(0, 4, "v"));
  CHECK(chains_of(both) == Chains{{}, {"add2"}});
}

TEST_CASE("Values of another shape are not added behind a product") {
  NetworkBuilder repeated({3, 4});
  const auto row = repeated.mean(0);
  repeated.sum(repeated.linear(0, 4, "w"), row);
  CHECK(chains_of(repeated) == Chains{{}});

  NetworkBuilder of_parameter({3, 4});
  of_parameter.add("multiply", {of_parameter.linear(0, 4, "w")}, {{"parameter", "gain"}}, {{"gain", Shape{4}}});
  CHECK(chains_of(of_parameter) == Chains{{}});

  // The product is the one that is repeated.
  NetworkBuilder of_row({3, 4});
  of_row.sum(of_row.linear(of_row.mean(0), 4, "w"), 0);
  CHECK(chains_of(of_row) == Chains{{}});
}

TEST_CASE("A value that is read twice, or that is the network's output, is stored") {
  NetworkBuilder by_two({3, 4});
  const auto product = by_two.linear(0, 4, "w");
  by_two.sum(by_two.gelu(product), product);
  CHECK(chains_of(by_two) == Chains{{}});

  NetworkBuilder by_one({3, 4});
  const auto doubled = by_one.linear(0, 4, "w");
  by_one.sum(doubled, doubled);
  CHECK(chains_of(by_one) == Chains{{}});

  NetworkBuilder behind({3, 4});
  const auto gelu = behind.gelu(behind.linear(0, 4, "w"));
  behind.sum(behind.relu(gelu), gelu);
  CHECK(chains_of(behind) == Chains{{"gelu1"}});

  NetworkBuilder ends({3, 4});
  const auto first = ends.linear(0, 4, "w");
  const auto second = ends.gelu(first);
  const auto third = ends.relu(second);
  CHECK(chains_of(ends.network(third)) == Chains{{"gelu1", "relu2"}});
  CHECK(chains_of(ends.network(second)) == Chains{{"gelu1"}});
  CHECK(chains_of(ends.network(first)) == Chains{{}});

  NetworkBuilder turned({3, 4});
  turned.transpose(turned.linear(0, 4, "w"));
  CHECK(chains_of(turned).front().size() == 1);
}

TEST_CASE("Behind a convolution come functions of one value alone, as its vectors are no rows of its result") {
  const auto convolution = [](bool adds_first) {
    NetworkBuilder builder({2, 3, 3});
    const auto image = builder.relu(0);
    const auto product = builder.conv2d(image, "k", {2, 2, 1, 1});
    if (adds_first) {
      builder.relu(builder.sum(product, image));
    } else {
      builder.sum(builder.relu(product), image);
    }
    return chains_of(builder);
  };
  CHECK(convolution(false) == Chains{{"relu2"}});
  CHECK(convolution(true) == Chains{{}});
}

TEST_CASE("A chain ends with a function of two results") {
  NetworkBuilder builder({3, 4});
  const auto current = builder.linear(0, 4, "w");
  const auto spikes = builder.add("lif", {current, 0}, {{"leak", 0.5}, {"threshold", 1.0}, {"reset", "zero"}});
  builder.relu(spikes);
  CHECK(chains_of(builder) == Chains{{"lif1"}});
  // The product may be the membrane too.
  NetworkBuilder membrane({3, 4});
  membrane.relu(
      membrane.add("lif", {0, membrane.linear(0, 4, "w")}, {{"leak", 0.5}, {"threshold", 1.0}, {"reset", "zero"}}));
  CHECK(chains_of(membrane) == Chains{{"lif1"}});
}

TEST_CASE("Every iteration of a loop, and every use of a weight, has a chain of its own") {
  json step = {{"leak", 0.5}, {"threshold", 1.0}, {"reset", "zero"}};
  step["outputs"] = {"spikes", "after"};
  const json neurons = json::array(
      {loop("membrane", "after", "spikes",
            json::array({linear("current", "x_t", "w"), operation("neurons", "lif", {"current", "membrane"}, step)}))});
  CHECK(chains_of(assembled(neurons, "all", {3, 4})) == Chains{{"neurons"}, {"neurons"}, {"neurons"}});

  // The second product finds the first one's result.
  const json recurrent =
      json::array({loop("h", "next", "next",
                        json::array({linear("in", "x_t", "w"), linear("back", "h", "v"),
                                     operation("sum", "add", {"in", "back"}), operation("next", "relu", {"sum"})}))});
  CHECK(chains_of(assembled(recurrent, "all", {3, 4})) ==
        Chains{{}, {"sum", "next"}, {}, {"sum", "next"}, {}, {"sum", "next"}});

  NetworkBuilder tied({3, 4});
  tied.linear(tied.gelu(tied.linear(0, 4, "w")), 4, "w");
  CHECK(chains_of(tied) == Chains{{"gelu1"}, {}});
}

TEST_CASE("What is fused is chosen by kind, and needs tile groups") {
  NetworkBuilder builder({3, 4});
  builder.gelu(builder.sum(builder.relu(builder.linear(0, 4, "w")), 0));
  DataPathConfig path;
  CHECK(chains_of(builder, path) == Chains{{"relu1", "add2", "gelu3"}});
  path.fused_values = false;
  CHECK(chains_of(builder, path) == Chains{{"relu1"}});
  path.fused_values = true;
  path.fused_functions = false;
  CHECK(chains_of(builder, path) == Chains{{}});
  NetworkBuilder residual({3, 4});
  residual.gelu(residual.sum(residual.linear(0, 4, "w"), 0));
  CHECK(chains_of(residual, path) == Chains{{"add1"}});
  path.fused_functions = true;
  path.tile_groups = false;
  CHECK(chains_of(builder, path) == Chains{{}});
}
