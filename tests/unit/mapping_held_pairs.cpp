#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/mapping/deployment_program.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/training_program.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/stream_of.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

// Two layers on [2, 7]: 7 -> 5 -> 12, pairs of rank 2. In 8 bits the first pair has 2 x 12 x 8 = 192 bits, the second
// 2 x 17 x 8 = 272. A job loads rows on words of 4 bytes, registers that hold a pair take it row by row.

namespace {

constexpr std::uint64_t first_bytes = 2 * 8 + 5 * 4;
constexpr std::uint64_t second_bytes = 2 * 8 + 12 * 4;
constexpr std::uint64_t first_held = 2 * 7 + 5 * 2;
constexpr std::uint64_t second_held = 2 * 5 + 12 * 2;
// In 16 bits.
constexpr std::uint64_t second_trained_bytes = 2 * 12 + 12 * 4;

using Loads = std::vector<std::uint64_t>;

/// Bytes that jobs of the LoRA unit load beforehand, by job, in the steps [first, last); adapters of tiles are jobs
/// too.
Loads loads_of(const Program& program, std::size_t first, std::size_t last) {
  Loads loads;
  for (std::size_t step = first; step < last; ++step) {
    const Job& job = program.steps[step].job;
    const auto* lora = std::get_if<LoraJob>(&job);
    if (lora == nullptr) lora = adapters_of(job);
    if (lora == nullptr) continue;
    loads.push_back(0);
    for (const StridedRange& range : lora->preloads) loads.back() += range.rows * range.bytes;
  }
  return loads;
}
Loads loads_of(const Program& program) { return loads_of(program, 0, program.steps.size()); }

struct TwoLayers {
  Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  Network network = [] {
    NetworkBuilder builder({2, 7});
    builder.linear(0, 5, "first");
    builder.linear(1, 12, "second");
    return builder.network();
  }();
  Adapter adapter = adapter_on(network, {0, 1}, 2);
  Adapter other = adapter_on(network, {0, 1}, 2);

  explicit TwoLayers(std::uint32_t register_bits) { chip.lora_unit.register_bits = register_bits; }

  Program inference(const std::vector<const Adapter*>& adapters) const {
    const TileMap map = map_to_tiles(network, chip);
    return inference_program({chip, network, map}, adapters, 3);
  }
  Program deployment(const std::vector<const Adapter*>& added, const std::vector<const Adapter*>& adapters) const {
    const TileMap map = map_to_tiles(network, chip);
    DeploymentTask task;
    task.new_adapters = added;
    task.adapters = adapters;
    return deployment_program({chip, network, map}, task);
  }
  TrainingPrograms training() const {
    const TileMap map = map_to_tiles(network, chip);
    TrainingTask task;
    task.batch_size = 4;
    task.adapters = {&adapter};
    task.trained_adapter = &adapter;
    return training_programs({chip, network, map}, task);
  }
};

}  // namespace

TEST_CASE("Pairs that fit the LoRA unit's registers are loaded by the deployment, and by no use") {
  CHECK(loads_of(TwoLayers(0).inference({})).empty());
  for (const bool on_broadcast : {true, false}) {
    TwoLayers none(0);
    none.chip.data_path.adapters_on_broadcast = on_broadcast;
    CHECK(loads_of(none.inference({&none.adapter})) == Loads{first_bytes, second_bytes});
    CHECK(loads_of(none.deployment({&none.adapter}, {&none.adapter})).empty());

    TwoLayers all(192 + 272);
    all.chip.data_path.adapters_on_broadcast = on_broadcast;
    CHECK(loads_of(all.inference({&all.adapter})) == Loads{0, 0});
    CHECK(loads_of(all.deployment({&all.adapter}, {&all.adapter})) == Loads{first_held, second_held});
  }
}

TEST_CASE("A pair that does not fit leaves its place to the next one") {
  const TwoLayers first(192 + 271);
  CHECK(loads_of(first.inference({&first.adapter})) == Loads{0, second_bytes});
  CHECK(loads_of(first.deployment({&first.adapter}, {&first.adapter})) == Loads{first_held});
  const TwoLayers neither(191);
  CHECK(loads_of(neither.inference({&neither.adapter})) == Loads{first_bytes, second_bytes});
  // Of two adapters the first one's pairs, then the other's first.
  const TwoLayers three(2 * 192 + 272);
  CHECK(loads_of(three.inference({&three.adapter, &three.other})) == Loads{0, second_bytes});
}

TEST_CASE("Pairs that a sample uses more often are held first") {
  Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  chip.lora_unit.register_bits = 2 * 12 * 8;
  NetworkBuilder builder({2, 6});
  std::uint32_t value = builder.linear(0, 6, "once");
  for (int use = 0; use < 2; ++use)
    value =
        builder.add("linear", {value}, {{"weight", "w"}, {"bias", nullptr}, {"layer", "twice"}}, {{"w", Shape{6, 6}}});
  const Network network = builder.network();
  const Adapter adapter = adapter_on(network, {0, 1}, 2);
  const TileMap map = map_to_tiles(network, chip);
  CHECK(loads_of(inference_program({chip, network, map}, {&adapter}, 1)) == Loads{2 * 8 + 6 * 4, 0, 0});
}

TEST_CASE("A deployment loads held pairs behind their writes, and those of earlier adapters too") {
  const TwoLayers layers(1000);
  const Program program = layers.deployment({&layers.other}, {&layers.adapter, &layers.other});
  CHECK(loads_of(program) == Loads{first_held, second_held, first_held, second_held});
  std::size_t after_writes = 0;
  for (const Step& step : program.steps) {
    if (!std::holds_alternative<LoraJob>(step.job)) continue;
    for (const std::uint32_t earlier : step.depends_on)
      CHECK(std::holds_alternative<HostJob>(program.steps[earlier].job));
    if (!step.depends_on.empty()) ++after_writes;
    CHECK((step.depends_on.empty() || step.depends_on.size() == 2));
  }
  CHECK(after_writes == 2);

  const TileMap map = map_to_tiles(layers.network, layers.chip);
  DeploymentTask same;
  same.adapters = {&layers.adapter};
  same.changes_adapters = false;
  CHECK(loads_of(deployment_program({layers.chip, layers.network, map}, same)).empty());
}

// Training has 16 bits.
TEST_CASE("An update loads the trained pairs that are held, and forward products none of them") {
  const TwoLayers all(2 * (192 + 272));
  const TrainingPrograms programs = all.training();
  CHECK(loads_of(programs.forward) == Loads{0, 0});
  CHECK(loads_of(programs.update) == Loads{2 * first_held, 2 * second_held});
  for (const Step& step : programs.update.steps) {
    if (std::holds_alternative<LoraJob>(step.job)) CHECK(step.depends_on.size() == 2);
  }

  const TwoLayers one(2 * (192 + 272) - 1);
  const TrainingPrograms fewer = one.training();
  CHECK(loads_of(fewer.forward) == Loads{0, second_trained_bytes});
  CHECK(loads_of(fewer.update) == Loads{2 * first_held});
  CHECK(loads_of(TwoLayers(0).training().update).empty());
}
