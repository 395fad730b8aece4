#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/trace/network_assembly.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/operation_description.hpp"
#include "tests/support/spilled.hpp"

using namespace palimpsest;
using namespace palimpsest::test;
using nlohmann::json;

namespace {

/// h <- relu(w x_t + v h) over 6 parts of the input, of 8 rows each; all h are averaged. Parts are views of the input,
/// and each h is used in the next iteration and in the end.
Network recurrent_network() {
  json loop = operation("loop", "loop", {"x"});
  loop["outputs"] = {"all"};
  loop["iterations"] = 6;
  loop["carried"] = {{{"value", "h"}, {"initial", nullptr}, {"shape", {8, 21}}, {"next", "next"}}};
  loop["indexed"] = {{{"value", "x_t"}, {"from", "x"}}};
  loop["constants"] = json::array();
  loop["results"] = {{{"value", "all"}, {"from", "next"}, {"take", "all"}}};
  loop["body"]["operations"] = {linear("in", "x_t", "w"), linear("back", "h", "v"),
                                operation("sum", "add", {"in", "back"}), operation("next", "relu", {"sum"})};
  const json description = {
      {"input", {{"name", "x"}, {"shape", {6, 8, 24}}, {"type", "f32"}, {"scale", 1}, {"offset", 0}}},
      {"operations",
       {loop, linear("heads", "all", "u"), operation("mean", "mean", {"heads"}, {{"axes", {0, 1}}, {"keep", false}})}},
      {"output", "mean"}};
  const JsonDocument document(description, "network", ExitCode::trace);
  JsonReader reader(document);
  NotedShapes parameters;
  parameters.shapes = {{"w", {21, 24}}, {"v", {21, 21}}, {"u", {5, 21}}};
  NetworkAssembly assembly(parameters, 2);
  assembly.read_input(reader.object("input"));
  assembly.read_operations(reader);
  return assembly.finish(reader);
}

/// Attention with two heads: products of blocks, of values that are views of others.
Network attention() {
  NetworkBuilder builder({2, 20, 13});
  const auto queries = builder.linear(0, 13, "q");
  const auto keys = builder.add("permute", {builder.linear(0, 13, "k")}, {{"order", {0, 2, 1}}});
  const auto scores = builder.add("softmax", {builder.add("matmul", {queries, keys})}, {{"axis", 2}});
  const auto mixed = builder.add("matmul", {scores, builder.linear(0, 13, "v")});
  const auto rows = builder.add("reshape", {mixed}, {{"shape", {40, 13}}});
  builder.mean(builder.linear(builder.norm(rows, "gain"), 4, "head"));
  return builder.network();
}

/// A few queries with more keys than the buffer holds: both products have to be cut, forwards and backwards.
Network few_queries() {
  NetworkBuilder builder({68, 60});
  const auto rows = [&](std::uint32_t begin, std::uint32_t end) {
    return builder.add("slice", {0}, {{"axis", 0}, {"begin", begin}, {"end", end}, {"step", 1}});
  };
  const auto queries = builder.linear(rows(0, 8), 60, "q");
  const auto others = rows(8, 68);
  const auto keys = builder.transpose(builder.linear(others, 60, "k"));
  const auto scores = builder.add("softmax", {builder.add("matmul", {queries, keys})}, {{"axis", 1}});
  const auto mixed = builder.add("matmul", {scores, builder.linear(others, 60, "v")});
  builder.mean(builder.linear(mixed, 4, "head"));
  return builder.network();
}

}  // namespace

TEST_CASE("A loop computes the same where its parts and its state go through the off-chip memory") {
  check_spilled(recurrent_network(), {12, 8, 6});
}

TEST_CASE("Products of blocks compute the same where both factors go through the off-chip memory") {
  check_spilled(attention(), {8, 4, 3});
}

TEST_CASE("Products of factors larger than the buffer compute the same in pieces") {
  check_spilled(few_queries(), {64, 8});
}
