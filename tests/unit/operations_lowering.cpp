#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/training_program.hpp"
#include "tests/support/data_flow.hpp"
#include "tests/support/network_builder.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

const Architecture& shipped() {
  // Every operation has jobs of its own, as nothing is computed behind products.
  static const Architecture architecture =
      read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json",
                        {{"/data_path/tile_groups", "false"}, {"/sram/activation_bits", "16"}});
  return architecture;
}

/// Steps of the vector unit, but for those that multiply a tile's conversions to the step of a value.
std::vector<VectorJob> vector_jobs(const Program& program) {
  std::vector<VectorJob> jobs;
  for (const Step& step : program.steps) {
    const bool of_conversions = std::any_of(step.depends_on.begin(), step.depends_on.end(), [&](std::uint32_t before) {
      return std::holds_alternative<TileJob>(program.steps[before].job);
    });
    const auto* job = std::get_if<VectorJob>(&step.job);
    if (job != nullptr && !of_conversions) jobs.push_back(*job);
  }
  return jobs;
}

/// The programs of a network, whose values are followed byte by byte. `cut`: steps of which parts are used.
struct Lowered {
  explicit Lowered(const NetworkBuilder& builder, const std::set<std::uint32_t>& cut = {},
                   const std::set<std::uint32_t>& cut_in_training = {}) {
    const Network network = builder.network();
    const TileMap map = map_to_tiles(network, shipped());
    const ProgramContext context{shipped(), network, map};
    const Program inference_only = inference_program(context, {}, 2);
    check(inference_only, cut);
    inference = vector_jobs(inference_only);
    TrainingTask task;
    task.batch_size = 2;
    const TrainingPrograms programs = training_programs(context, task);
    check(programs.batch, cut_in_training.empty() ? cut : cut_in_training);
    training = vector_jobs(programs.batch);
    forward_jobs = vector_jobs(programs.forward).size();
  }

  static void check(const Program& program, const std::set<std::uint32_t>& cut) {
    const DataFlow flow = data_flow(program, shipped().sram, cut);
    INFO(lines_of(flow.faults));
    CHECK(flow.faults.empty());
  }

  std::vector<VectorJob> forward() const {
    return {training.begin(), training.begin() + static_cast<std::ptrdiff_t>(forward_jobs)};
  }
  /// The backward pass after the loss.
  std::vector<VectorJob> backward() const {
    return {training.begin() + static_cast<std::ptrdiff_t>(forward_jobs) + 1, training.end()};
  }

  std::vector<VectorJob> inference;
  std::vector<VectorJob> training;
  std::size_t forward_jobs = 0;
};

struct Expected {
  std::uint32_t vectors;
  VectorOperations operations;
};

void check(const std::vector<VectorJob>& jobs, const std::vector<Expected>& expected) {
  REQUIRE(jobs.size() == expected.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    INFO("job " << i);
    const VectorOperations& operations = jobs[i].operations_per_vector;
    CHECK(jobs[i].vectors == expected[i].vectors);
    CHECK(operations.adds == expected[i].operations.adds);
    CHECK(operations.macs == expected[i].operations.macs);
    CHECK(operations.lookups == expected[i].operations.lookups);
    CHECK(operations.moves == expected[i].operations.moves);
    CHECK(jobs[i].cycles_per_vector == vector_cycles(shipped().vector_unit, operations));
  }
}

}  // namespace

TEST_CASE("Functions and normalisations of rows stream, those of groups of channels take the whole value") {
  NetworkBuilder builder({3, 5});
  auto value = builder.linear(0, 5, "w");
  for (const char* kind : {"silu", "sigmoid", "softmax"}) value = builder.add(kind, {value});
  value = builder.add("layer_norm", {value}, {{"gain", "g"}, {"bias", "b"}, {"epsilon", 1e-5}});
  value = builder.add("group_norm", {value}, {{"gain", "h"}, {"bias", "c"}, {"epsilon", 1e-5}, {"groups", 3}});
  builder.linear(builder.mean(value), 4, "head");
  const Lowered lowered(builder);
  const std::vector<Expected> forward{{3, {0, 5, 5, 0}},   {3, {0, 5, 5, 0}},   {3, {15, 14, 6, 0}},
                                      {3, {10, 23, 1, 0}}, {1, {30, 69, 3, 0}}, {1, {15, 5, 0, 0}}};
  check(lowered.inference, forward);
  check(lowered.forward(), forward);
  // Gain and bias of five, once before all rows; those of three channels at once.
  for (const std::size_t number : {0U, 1U}) {
    CHECK(lowered.inference[3].preloads.at(number).bytes == 10);
    CHECK(lowered.inference[3].preloads.at(number).stride == 0);
    CHECK(lowered.inference[4].fetches.at(number + 1).bytes == 8);
  }
  check(lowered.backward(), {{1, {0, 5, 0, 15}},    // the mean's
                             {1, {60, 120, 3, 0}},  // three groups of five, then their gain and bias
                             {1, {30, 69, 3, 0}},
                             {1, {15, 0, 0, 0}},
                             {3, {20, 40, 1, 0}},  // three rows of five, likewise
                             {1, {30, 69, 3, 0}},
                             {1, {15, 0, 0, 0}},
                             {3, {5, 10, 0, 0}},
                             {3, {0, 10, 0, 0}},
                             {3, {0, 10, 5, 0}}});
}

TEST_CASE("Operands that broadcast stream in the smallest pieces that lie a fixed distance apart") {
  NetworkBuilder builder({2, 3, 4});
  auto value = builder.linear(0, 4, "w");
  value = builder.add("add", {value}, {{"parameter", "p"}}, {{"p", {3, 4}}});
  value = builder.add("multiply", {value}, {{"parameter", "q"}}, {{"q", {2, 1, 1}}});
  value = builder.add("multiply", {value}, {{"constant", 0.5}});
  const auto gate = builder.add("mean", {value}, {{"axes", {2}}, {"keep", true}});
  value = builder.add("multiply", {value, gate});
  value = builder.add("mean", {value}, {{"axes", {0, 1}}, {"keep", false}});
  builder.linear(value, 4, "head");
  const Lowered lowered(builder);
  check(lowered.inference, {{2, {0, 12, 0, 0}},  // twice three rows, brought to the step of the sum with the same three
                            {2, {0, 12, 0, 0}},  // each times its number
                            {6, {0, 4, 0, 0}},
                            {1, {24, 0, 0, 0}},
                            {6, {0, 4, 0, 0}},  // each row times its number
                            {1, {24, 4, 0, 0}}});
  const auto strides = [&](std::size_t job) {
    const auto& fetches = lowered.inference.at(job).fetches;
    return std::vector<std::uint64_t>{fetches.at(0).stride, fetches.at(1).stride};
  };
  CHECK(strides(0) == std::vector<std::uint64_t>{24, 0});
  CHECK(strides(1) == std::vector<std::uint64_t>{24, 4});
  CHECK(strides(4) == std::vector<std::uint64_t>{8, 4});
  CHECK(lowered.inference[0].fetches[1].bytes == 24);
  CHECK(lowered.inference[1].fetches[1].bytes == 2);
  check(lowered.backward(), {{1, {0, 4, 0, 24}},    // of the mean
                             {6, {0, 4, 0, 0}},     // the product's: gradient times gate,
                             {1, {0, 24, 0, 0}},    // and times x, summed over the columns for the gate
                             {1, {0, 0, 0, 24}},    // the gate's mean
                             {6, {4, 0, 0, 4}},     // both terms
                             {6, {0, 4, 0, 0}},     // times the constant
                             {2, {0, 12, 0, 0}},    // times q
                             {1, {0, 24, 0, 0}},    // q's own
                             {1, {24, 0, 0, 0}}});  // p's own
}

TEST_CASE("Values with gaps between their rows broadcast at once, unless row meets row") {
  NetworkBuilder builder({2, 3, 5});
  auto value = builder.linear(0, 5, "w");
  value = builder.add("add", {value}, {{"parameter", "p"}}, {{"p", {3, 5}}});
  value = builder.add("multiply", {value}, {{"parameter", "q"}}, {{"q", {5}}});
  builder.linear(builder.add("mean", {value}, {{"axes", {0, 1}}, {"keep", false}}), 4, "head");
  check(Lowered(builder).inference, {{1, {0, 30, 0, 0}}, {6, {0, 5, 0, 0}}, {1, {30, 5, 0, 0}}});
}

TEST_CASE("A parameter without dimensions goes with every row, or becomes the row itself") {
  NetworkBuilder builder({3});
  auto value = builder.add("multiply", {builder.linear(0, 1, "w")}, {{"parameter", "p"}}, {{"p", Shape()}});
  value = builder.add("add", {value}, {{"parameter", "q"}}, {{"q", {2, 4}}});
  value = builder.add("multiply", {value}, {{"parameter", "p"}});
  builder.linear(builder.mean(value), 3, "head");
  const Lowered lowered(builder);
  check(lowered.inference, {{1, {0, 1, 0, 0}}, {2, {0, 4, 0, 0}}, {2, {0, 4, 0, 0}}, {1, {8, 0, 0, 0}}});
  CHECK(lowered.inference[2].fetches.at(1).bytes == 2);
  CHECK(lowered.inference[2].fetches.at(1).stride == 0);
}

TEST_CASE("The gradient of an input that was repeated is the sum, of one that was not the result's itself") {
  NetworkBuilder builder({4});
  const auto row = builder.add("reshape", {builder.linear(0, 4, "w")}, {{"shape", {1, 4}}});
  const auto rows = builder.add("reshape", {builder.linear(0, 12, "v")}, {{"shape", {3, 4}}});
  builder.linear(builder.mean(builder.sum(row, rows)), 3, "head");
  const Lowered lowered(builder);
  check(lowered.inference, {{3, {0, 8, 0, 0}}, {1, {12, 4, 0, 0}}});
  check(lowered.backward(), {{1, {0, 4, 0, 12}}, {1, {12, 0, 0, 0}}});
}

TEST_CASE("Tables are read row by row, parameters where they lie, and whole rows of a value are not moved") {
  NetworkBuilder builder({4});
  const auto words = builder.add("embedding", {0}, {{"table", "words"}}, {{"words", {7, 6}}});
  const auto places = builder.add("parameter", {}, {{"parameter", "places"}}, {{"places", {4, 6}}});
  const auto token = builder.add("parameter", {}, {{"parameter", "token"}}, {{"token", {1, 6}}});
  auto value = builder.add("concatenate", {token, builder.sum(words, places)}, {{"axis", 0}});
  value = builder.linear(value, 6, "w");
  value = builder.add("slice", {value}, {{"axis", 0}, {"begin", 0}, {"end", 1}, {"step", 1}});
  builder.linear(builder.add("reshape", {value}, {{"shape", {6}}}), 3, "head");
  // Input, table, sum, concatenation, layer, and in inference its conversions' step: one row of its result is used. In
  // training the gradient of the concatenation, which the eleventh step gives, is used in parts as well.
  const Lowered lowered(builder, {5}, {4, 11});
  const std::vector<Expected> forward{{4, {0, 1, 0, 6}}, {4, {0, 12, 0, 0}}, {1, {0, 0, 0, 30}}};
  check(lowered.inference, forward);
  check(lowered.forward(), forward);
  const auto& table = lowered.inference[0].fetches;
  CHECK(table.at(0).bytes == 2);
  CHECK(table.at(0).stride == 2);
  CHECK(table.at(1).bytes == 12);
  CHECK_FALSE(table.at(1).per_sample);
  CHECK_FALSE(lowered.inference[1].fetches.at(1).per_sample);
  CHECK_FALSE(lowered.inference[2].fetches.at(0).per_sample);
  check(lowered.backward(), {{1, {0, 0, 0, 30}},    // the row's gradient, and zeros
                             {1, {6, 0, 0, 0}},     // token
                             {1, {24, 0, 0, 0}},    // places
                             {1, {24, 4, 0, 0}}});  // words: four rows of the table are added to
  CHECK(lowered.backward()[3].drains.at(0).bytes == 4 * 6 * 4);
}

TEST_CASE("A table that is a layer's weight too is one parameter, of which training writes both copies") {
  for (const bool table_first : {true, false}) {
    NetworkBuilder builder({6});
    const std::map<std::string, Shape> parameters{{"words", {7, 6}}};
    const auto layer = [&](std::uint32_t input) { return builder.linear(input, 7, "words"); };
    const auto look_up = [&](std::uint32_t input) {
      return builder.mean(builder.add("embedding", {input}, {{"table", "words"}}, parameters));
    };
    if (table_first) {
      layer(look_up(0));
    } else {
      look_up(layer(0));
    }
    const Network network = builder.network();
    const TileMap map = map_to_tiles(network, shipped());
    TrainingTask task;
    const TrainingPrograms programs = training_programs({shipped(), network, map}, task);
    CHECK(programs.trained_parameters == 42);
    for (const Step& step : programs.batch.steps) CHECK_FALSE(std::holds_alternative<TileJob>(step.job));
    const std::vector<VectorJob> updates = vector_jobs(programs.update);
    REQUIRE(updates.size() == 1);
    // Gradient, velocity or moments, and both copies.
    const std::size_t state = optimizer_tensors(task.optimizer, task.has_momentum);
    CHECK(updates[0].drains.size() == 1 + state + 2);
  }
}

TEST_CASE("Indices with gaps between their rows take a job a row") {
  NetworkBuilder builder({2, 3});
  const auto words = builder.add("embedding", {0}, {{"table", "words"}}, {{"words", {2, 4}}});
  builder.linear(builder.add("mean", {words}, {{"axes", {0, 1}}, {"keep", false}}), 3, "head");
  const Lowered lowered(builder, {0});
  check(lowered.inference, {{3, {0, 1, 0, 4}}, {3, {0, 1, 0, 4}}, {1, {24, 4, 0, 0}}});
  CHECK(lowered.inference[1].fetches[0].address == lowered.inference[0].fetches[0].address + 8);
  CHECK(lowered.inference[1].drains[0].address == lowered.inference[0].drains[0].address + 3 * 8);
  // No more rows than the table has.
  check(lowered.backward(), {{1, {0, 4, 0, 24}}, {1, {24, 6, 0, 0}}});
  CHECK(lowered.backward()[1].drains.at(0).bytes == 2 * 4 * 4);
}

TEST_CASE("Parts of a single row that fill words are not moved") {
  NetworkBuilder builder({8});
  const auto gates = builder.linear(0, 32, "w");
  const auto gate = [&](std::uint32_t number) {
    return builder.add("slice", {gates}, {{"axis", 0}, {"begin", 8 * number}, {"end", 8 * number + 8}, {"step", 1}});
  };
  const auto cell = builder.add("multiply", {builder.add("sigmoid", {gate(0)}), builder.add("tanh", {gate(2)})});
  builder.linear(cell, 3, "head");
  const Lowered lowered(builder, {2}, {1});
  check(lowered.inference, {{1, {0, 8, 8, 0}}, {1, {0, 8, 8, 0}}, {1, {0, 8, 0, 0}}});
  CHECK(lowered.inference[1].fetches[0].address == lowered.inference[0].fetches[0].address + 32);
  check(lowered.backward(), {{1, {0, 8, 0, 0}},      // the product's two
                             {1, {0, 8, 0, 0}},      //
                             {1, {0, 16, 0, 0}},     // tanh from its result, and the rest of the gates zero
                             {1, {0, 0, 0, 32}},     //
                             {1, {0, 16, 0, 0}},     // sigmoid likewise
                             {1, {0, 0, 0, 32}},     //
                             {1, {32, 0, 0, 32}}});  // both
}

TEST_CASE("Other parts, and rows that get or lose gaps, are moved") {
  NetworkBuilder builder({3, 8});
  auto value = builder.linear(0, 8, "w");
  const auto one = builder.add("slice", {value}, {{"axis", 1}, {"begin", 1}, {"end", 6}, {"step", 1}});
  const auto other = builder.add("slice", {value}, {{"axis", 1}, {"begin", 0}, {"end", 8}, {"step", 3}});
  value = builder.add("concatenate", {one, builder.relu(other)}, {{"axis", 1}});
  value = builder.add("reshape", {builder.relu(value)}, {{"shape", {24}}});
  value = builder.add("slice", {value}, {{"axis", 0}, {"begin", 0}, {"end", 9}, {"step", 1}});
  value = builder.add("reshape", {value}, {{"shape", {3, 3}}});
  builder.linear(builder.mean(value), 3, "head");
  const Lowered lowered(builder, {2, 7}, {1, 6, 18});
  check(lowered.inference, {{3, {0, 0, 0, 5}},  // columns 1..5 of every row
                            {1, {0, 0, 0, 9}},
                            {3, {3, 0, 0, 0}},
                            {1, {0, 0, 0, 24}},
                            {3, {8, 0, 0, 0}},
                            {1, {0, 0, 0, 9}},  // nine of 24 leave half a word
                            {1, {0, 0, 0, 9}},
                            {1, {9, 3, 0, 0}}});
  CHECK(lowered.inference[0].fetches[0].bytes == 10);
  CHECK(lowered.inference[0].fetches[0].stride == 16);
  check(lowered.backward(), {{1, {0, 3, 0, 9}},
                             {1, {0, 0, 0, 9}},
                             {1, {0, 0, 0, 24}},
                             {3, {8, 0, 0, 0}},
                             {3, {0, 0, 0, 5}},  // columns of the concatenation's gradient
                             {3, {0, 0, 0, 3}},
                             {3, {3, 0, 0, 0}},
                             {1, {0, 0, 0, 24}},
                             {1, {0, 0, 0, 24}},
                             {3, {8, 0, 0, 8}}});
}
