#include <catch2/catch.hpp>
#include <variant>

#include "sim/config/architecture.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/training_program.hpp"
#include "tests/support/small_trace.hpp"

using namespace palimpsest;

// Counted by hand from the table of elementary operations in docs/energy.md. The small trace: RMSNorm of 3 x 4,
// transposed, a linear layer without bias, ReLU, transposed, added to the input; a linear layer 4 -> 5 with bias, GELU,
// mean over 3 rows, a linear layer 5 -> 3 without bias. Every layer is on one tile.

namespace {

Architecture chip(bool tile_groups) {
  Architecture architecture =
      read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {{"/sram/activation_bits", "16"}});
  architecture.data_path.tile_groups = tile_groups;
  return architecture;
}

const Trace& trace() {
  static const Trace small = test::read_small_trace();
  return small;
}

/// The small trace on a chip whose tiles work in step, or do not.
struct Mapped {
  explicit Mapped(bool tile_groups) : architecture(chip(tile_groups)) {}
  ProgramContext context() const { return {architecture, trace().network, map}; }

  Architecture architecture;
  TileMap map = map_to_tiles(trace().network, architecture);
};

/// What the vector unit does for one sample.
VectorOperations operations_of(const Program& program) {
  VectorOperations sum;
  for (const Step& step : program.steps) {
    if (const auto* job = std::get_if<VectorJob>(&step.job)) sum = sum + job->operations_per_vector * job->vectors;
  }
  return sum;
}

/// What the lanes behind the tiles' converters do.
VectorOperations lane_operations_of(const Program& program) {
  VectorOperations sum;
  for (const Step& step : program.steps) {
    if (const auto* job = std::get_if<TileJob>(&step.job)) sum = sum + job->lane_operations * job->vectors;
  }
  return sum;
}

void check(const VectorOperations& found, const VectorOperations& expected) {
  CHECK(found.adds == expected.adds);
  CHECK(found.macs == expected.macs);
  CHECK(found.lookups == expected.lookups);
  CHECK(found.moves == expected.moves);
}

constexpr VectorOperations norm{0, 3 * (3 * 4 + 7), 3, 0};
constexpr VectorOperations transposed_twice{0, 0, 0, 2 * 12};
constexpr VectorOperations relu{12, 0, 0, 0};
constexpr VectorOperations residual{0, 2 * 12, 0, 0};  // both values come to the result's step
constexpr VectorOperations channel_bias{15, 0, 0, 0};
constexpr VectorOperations conversions{0, 12 + 15 + 3, 0, 0};  // of three layers
constexpr VectorOperations gelu{0, 15, 15, 0};
constexpr VectorOperations mean{15, 5, 0, 0};

VectorOperations of_functions() { return norm + transposed_twice + relu + residual + channel_bias + gelu + mean; }
VectorOperations forward() { return of_functions() + conversions; }

/// The adapter adds a term to both of its layers, in a step of its own.
constexpr VectorOperations adapters{0, 15 + 3, 0, 0};
VectorOperations forward_with_adapter() { return forward() + adapters; }

// In lanes: the first ReLU and GELU come behind products.
VectorOperations in_lanes() { return relu + channel_bias + gelu + conversions; }
VectorOperations beside_lanes() { return norm + transposed_twice + residual + mean; }
// Where transpositions are addresses, the residual comes behind a product too.
constexpr VectorOperations residual_in_lanes{0, 12, 0, 0};
VectorOperations in_lanes_by_address() { return in_lanes() + residual_in_lanes; }
VectorOperations beside_lanes_by_address() { return norm + mean; }

constexpr VectorOperations loss{3 * 4, 3 * 5, 3 * 1, 0};

}  // namespace

TEST_CASE("The vector unit's operations at inference are those of the network's functions, by kind") {
  const Mapped mapped(false);
  const ProgramContext context = mapped.context();
  check(operations_of(inference_program(context, {}, 1)), forward());
  check(operations_of(inference_program(context, {&trace().adapters.at("forget")}, 1)), forward_with_adapter());
}

TEST_CASE("Lanes take over what follows products element by element, and nothing else") {
  const Mapped mapped(true);
  const ProgramContext context = mapped.context();
  const Adapter& adapter = trace().adapters.at("forget");
  const Program bare = inference_program(context, {}, 1);
  check(lane_operations_of(bare), in_lanes_by_address());
  check(operations_of(bare), beside_lanes_by_address());
  const Program adapted = inference_program(context, {&adapter}, 1);
  check(lane_operations_of(adapted), in_lanes_by_address() + adapters);
  check(operations_of(adapted), beside_lanes_by_address());

  TrainingTask task;
  task.trained_adapter = &adapter;
  task.adapters = {&adapter};
  const Program forward = training_programs(context, task).forward;
  check(lane_operations_of(forward), in_lanes() + adapters);
  check(operations_of(forward), beside_lanes());
}

TEST_CASE("Training an adapter goes back to its first layer and updates by SGD") {
  const Mapped mapped(false);
  const ProgramContext context = mapped.context();
  TrainingTask task;
  task.trained_adapter = &trace().adapters.at("forget");
  task.adapters = {task.trained_adapter};
  const TrainingPrograms programs = training_programs(context, task);
  constexpr VectorOperations head_gradient{5, 5, 0, 0};  // from the adapter, and conversions of the tile
  constexpr VectorOperations mean_backward{0, 5, 0, 15};
  constexpr VectorOperations gelu_backward{0, 30, 15, 0};
  check(operations_of(programs.batch), forward_with_adapter() + loss + head_gradient + mean_backward + gelu_backward);
  check(operations_of(programs.update), {0, 2 * 4 + 5 * 2 + 2 * 5 + 3 * 2, 0, 0});
}

TEST_CASE("A task that does not classify trains with a squared error against targets that the host sends") {
  const Mapped mapped(false);
  const ProgramContext context = mapped.context();
  TrainingTask task;
  task.trained_adapter = &trace().adapters.at("forget");
  task.adapters = {task.trained_adapter};
  const TrainingPrograms classify = training_programs(context, task);
  task.task = TaskKind::regress;
  const TrainingPrograms regress = training_programs(context, task);
  constexpr VectorOperations squared_error{3 * 1, 3 * 1, 0, 0};
  check(operations_of(regress.batch) + loss, operations_of(classify.batch) + squared_error);
  const auto words_of_host = [](const Program& program) {
    std::uint64_t words = 0;
    for (const Step& step : program.steps)
      if (const auto* job = std::get_if<HostJob>(&step.job)) words += job->vectors * job->words_per_vector;
    return words;
  };
  // A label is a word, three targets of 16 bits are two.
  CHECK(words_of_host(regress.batch) == words_of_host(classify.batch) + 1);
}

TEST_CASE("Training all parameters goes back to the norm and updates by Adam") {
  const Mapped mapped(false);
  const ProgramContext context = mapped.context();
  TrainingTask task;
  task.optimizer = Optimizer::adam;
  const TrainingPrograms programs = training_programs(context, task);
  constexpr VectorOperations mean_backward{0, 5, 0, 15};
  constexpr VectorOperations gelu_backward{0, 30, 15, 0};
  constexpr VectorOperations bias_gradient{15, 0, 0, 0};
  constexpr VectorOperations relu_backward{12, 0, 0, 0};
  constexpr VectorOperations gain_gradient{0, 24, 0, 0};  // the norm's input is the sample, which needs no gradient
  // By the LoRA unit; a product that waits for its bias has a step of its own.
  constexpr VectorOperations product{0, 15, 0, 0};
  check(operations_of(programs.batch), of_functions() + product + loss + mean_backward + gelu_backward + bias_gradient +
                                           transposed_twice + relu_backward + gain_gradient);
  constexpr std::uint64_t parameters = 4 + 9 + 20 + 5 + 15;
  check(operations_of(programs.update), {0, 10 * parameters, 2 * parameters, 0});
}
