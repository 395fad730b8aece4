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

using namespace palimpsest;
using namespace palimpsest::test;

// What a group's job reads and drains, place by place: a norm, a layer with a bias, GELU and the norm's result added to
// it; then a head. Both layers have a pair each of two adapters.

namespace {

/// Operations, by index.
constexpr std::uint32_t layer = 1;
constexpr std::uint32_t head = 4;

class Residual {
 public:
  explicit Residual(bool adapters_on_broadcast = true) {
    chip.data_path.adapters_on_broadcast = adapters_on_broadcast;
    chip.tile.crossbar.rows = 4;
    chip.tile.crossbar.columns = 6;
    NetworkBuilder builder({3, 5});
    const auto kept = builder.norm(0, "gain");
    builder.linear(builder.sum(kept, builder.gelu(builder.linear(kept, 5, "w", "bias"))), 2, "head");
    network = builder.network();
    map = map_to_tiles(network, chip);
    first = adapter_on(network, {layer, head}, 2);
    second = adapter_on(network, {layer, head}, 3);
  }

  ProgramContext context() const { return {chip, network, map}; }
  Program inference() const { return inference_program(context(), {&first, &second}, 1); }

  Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json",
                                        {{"/sram/activation_bits", "16"}, {"/lora_unit/register_bits", "0"}});
  Network network;
  TileMap map;
  Adapter first;
  Adapter second;
};

template <class JobType>
std::vector<const JobType*> jobs_of(const Program& program) {
  std::vector<const JobType*> jobs;
  for (const Step& step : program.steps) {
    if (const auto* job = std::get_if<JobType>(&step.job)) jobs.push_back(job);
  }
  return jobs;
}

using Addresses = std::vector<std::uint64_t>;

Addresses addresses(const std::vector<StridedRange>& ranges) {
  Addresses found;
  for (const StridedRange& range : ranges) found.push_back(range.address);
  return found;
}

/// Where a deployment brings what it brings.
Addresses deployed(const Residual& residual, const DeploymentTask& task) {
  const Program program = deployment_program(residual.context(), task);
  Addresses found;
  for (const HostJob* job : jobs_of<HostJob>(program)) found.push_back(job->drains.at(0).address);
  return found;
}

}  // namespace

TEST_CASE("A group's job reads its vectors and what is added, and drains what the host or the next layer reads") {
  const Residual residual;
  const Program program = residual.inference();
  const auto tiles = jobs_of<TileJob>(program);
  const auto vectors = jobs_of<VectorJob>(program);
  const auto host = jobs_of<HostJob>(program);
  REQUIRE(program.steps.size() == 5);  // the input, the norm, both layers, the scores
  REQUIRE(tiles.size() == 2);
  REQUIRE(vectors.size() == 1);
  const std::uint64_t kept = vectors[0]->drains.at(0).address;
  CHECK(addresses(tiles[0]->fetches) == Addresses{kept, kept});
  CHECK(addresses(tiles[1]->fetches) == addresses(tiles[0]->drains));
  CHECK(addresses(tiles[1]->drains) == addresses(host.at(1)->fetches));
  for (const TileJob* job : tiles) {
    CHECK(job->vectors == 3);
    CHECK(job->drains.size() == 1);
    CHECK(job->fetches[0].bytes == 10);
  }
  CHECK(tiles[0]->drains[0].bytes == 10);
  CHECK(tiles[1]->drains[0].bytes == 4);
}

TEST_CASE("Biases and pairs are read where a deployment brings them, before the first vector") {
  const Residual residual;
  const Program program = residual.inference();
  const auto tiles = jobs_of<TileJob>(program);
  DeploymentTask task;
  task.adapters = {&residual.first, &residual.second};
  task.vectors = {"bias"};
  CHECK(addresses(tiles.at(0)->preloads) == deployed(residual, task));
  CHECK(tiles.at(1)->preloads.empty());
  task.vectors = {};
  task.new_adapters = task.adapters;
  const Addresses pairs = deployed(residual, task);
  REQUIRE(pairs.size() == 2 * 2 * 2);
  // Adapter by adapter, layer by layer, A before B.
  REQUIRE(tiles[0]->adapters);
  REQUIRE(tiles[1]->adapters);
  CHECK(addresses(tiles[0]->adapters->preloads) == Addresses{pairs[0], pairs[1], pairs[4], pairs[5]});
  CHECK(addresses(tiles[1]->adapters->preloads) == Addresses{pairs[2], pairs[3], pairs[6], pairs[7]});
  CHECK(tiles[0]->adapters->macs_per_vector == (2 + 3) * (5 + 5));
  CHECK(tiles[0]->adapters->drains.empty());
  // A row of five values of two bytes on words of four, and back sums of two and three products of 8 bits: 16 and 17.
  CHECK(tiles[0]->adapters->fed_words_per_vector == 3 + (5 * 16 + 31) / 32 + (5 * 17 + 31) / 32);
  CHECK(tiles[1]->adapters->fed_words_per_vector == 3 + (2 * 16 + 31) / 32 + (2 * 17 + 31) / 32);
}

TEST_CASE("Results of a group's adapters come while the last pair's second matrix gives those of a tile") {
  Residual residual;
  residual.chip.tile.crossbar.columns = 4;  // three outputs beside the reference
  residual.map = map_to_tiles(residual.network, residual.chip);
  residual.chip.lora_unit.rows = 2;
  residual.chip.lora_unit.columns = 2;
  residual.chip.lora_unit.step_cycles = 3;
  const Program program = residual.inference();
  const auto tiles = jobs_of<TileJob>(program);
  // Of five outputs of rank 3 a tile has three; both of the head's come at once.
  CHECK(tiles.at(0)->adapters->result_cycles == 1 * 2 * 3);
  CHECK(tiles.at(1)->adapters->result_cycles == 0);
}

TEST_CASE("Adapters that fetch their own vectors leave terms, which a group adds as it does other values") {
  const Residual residual(false);
  const Program program = residual.inference();
  const auto tiles = jobs_of<TileJob>(program);
  const auto pairs = jobs_of<LoraJob>(program);
  REQUIRE(pairs.size() == 4);
  const std::uint64_t kept = jobs_of<VectorJob>(program).at(0)->drains.at(0).address;
  CHECK_FALSE(tiles.at(0)->adapters);
  CHECK(addresses(tiles[0]->fetches) ==
        Addresses{kept, pairs[0]->drains.at(0).address, pairs[1]->drains.at(0).address, kept});
  for (const LoraJob* job : pairs) CHECK_FALSE(job->fed_by);
  CHECK(pairs[0]->fetches.at(0).address == kept);
  // As those that come from the LoRA unit, they are multiplied one by one.
  CHECK(tiles[0]->fetches[1].bytes == 5 * 2);
  CHECK(tiles[0]->fetches[2].bytes == 5 * 3);
  const VectorOperations fetched = tiles[0]->lane_operations;
  const Program broadcast = Residual().inference();
  const VectorOperations fed = jobs_of<TileJob>(broadcast).at(0)->lane_operations;
  CHECK(fetched.adds == fed.adds);
  CHECK(fetched.macs == fed.macs);
  // Two blocks of inputs, two pairs, the residual and GELU.
  CHECK(fetched.macs == 5 * (2 + 2 + 1 + 1));
}

TEST_CASE("At training a group drains what gradients need of what is between, and pairs keep A x") {
  const Residual residual;
  TrainingTask task;
  task.trained_adapter = &residual.first;
  task.adapters = {&residual.first, &residual.second};
  const TrainingPrograms programs = training_programs(residual.context(), task);
  const auto forward = jobs_of<TileJob>(programs.forward);
  REQUIRE(forward.size() == 2);
  // The gradient of GELU needs the product; that of the sum needs nothing, and the head's pair its input.
  REQUIRE(forward[0]->drains.size() == 2);
  CHECK(forward[1]->drains.size() == 1);
  CHECK(forward[1]->fetches[0].address == forward[0]->drains[1].address);
  bool is_read = false;
  for (const VectorJob* job : jobs_of<VectorJob>(programs.batch)) {
    for (const StridedRange& fetch : job->fetches) is_read = is_read || fetch.address == forward[0]->drains[0].address;
  }
  CHECK(is_read);
  for (const TileJob* job : forward) {
    REQUIRE(job->adapters);
    REQUIRE(job->adapters->drains.size() == 1);
    CHECK(job->adapters->drains[0].bytes == 2 * 2);  // of rank 2, at 16 bits
  }
}
