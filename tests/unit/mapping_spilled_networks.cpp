#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/trace/network_assembly.hpp"
#include "tests/support/lowered.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/operation_description.hpp"
#include "tests/support/value_flow.hpp"

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

Network convolutions() {
  NetworkBuilder builder({3, 12, 12});
  const auto first = builder.relu(builder.conv2d(0, "first", {8, 3, 3, 3}, 1, "bias"));
  const auto second = builder.relu(builder.conv2d(first, "second", {12, 4, 3, 3}, 2));
  const auto pooled = builder.add("mean", {second}, {{"axes", {1, 2}}, {"keep", false}});
  builder.linear(pooled, 5, "head", "head bias");
  return builder.network();
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

Architecture chip_of(std::uint32_t kib) {
  Architecture chip = roomy_chip();
  chip.tile.crossbar.rows = 16;
  chip.tile.crossbar.columns = 20;
  chip.sram.banks = 1;
  chip.sram.bank_kib = kib;
  return chip;
}

struct Seen {
  bool reused = false;
  bool spilled = false;
};

void check_same(const Program& planned, const Program& plain, const Architecture& chip, Seen& seen) {
  const DataFlow flow = data_flow(planned, chip.sram, cut_steps(planned, Values::in_parts));
  check_no_faults(flow.faults);
  check_no_faults(value_faults(planned, plain));
  if (uses_off_chip(planned)) {
    seen.spilled = true;
  } else if (planned.slot_bytes < plain.slot_bytes) {
    seen.reused = true;
  }
}

void check_small(const Network& network, const std::vector<std::uint32_t>& sizes) {
  const Architecture roomy = chip_of(65'536);
  const TileMap map = map_to_tiles(network, roomy);
  Seen inference;
  Seen training;
  for (const std::uint32_t kib : sizes) {
    INFO(kib << " KiB");
    const Architecture chip = chip_of(kib);
    const ProgramContext context{chip, network, map};
    const ProgramContext with_room{roomy, network, map};
    check_same(inference_program(context, {}, 2), inference_program(with_room, {}, 2), chip, inference);
    for (const bool in_arrays : {false, true}) {
      TrainingTask task;
      task.batch_size = 2;
      task.backbone_in_arrays = in_arrays;
      const TrainingPrograms programs = training_programs(context, task);
      const TrainingPrograms plain = training_programs(with_room, task);
      check_same(programs.batch, plain.batch, chip, training);
      check_same(programs.update, plain.update, chip, training);
    }
  }
  CHECK(inference.reused);
  CHECK(inference.spilled);
  CHECK(training.spilled);
}

}  // namespace

TEST_CASE("A loop computes the same where its parts and its state go through the off-chip memory") {
  check_small(recurrent_network(), {12, 8, 6});
}

TEST_CASE("Convolutions compute the same where images and windows go through the off-chip memory") {
  check_small(convolutions(), {16, 13});
}

TEST_CASE("Products of blocks compute the same where both factors go through the off-chip memory") {
  check_small(attention(), {8, 4, 3});
}

TEST_CASE("Products of factors larger than the buffer compute the same in pieces") {
  check_small(few_queries(), {64, 8});
}
