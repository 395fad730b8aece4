#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sim/mapping/deployment_program.hpp"
#include "sim/mapping/inference_program.hpp"
#include "tests/support/planned_networks.hpp"
#include "tests/support/value_flow.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

std::size_t computing_steps(const Program& program) {
  return static_cast<std::size_t>(std::count_if(program.steps.begin(), program.steps.end(), [](const Step& step) {
    return !std::holds_alternative<OffChipJob>(step.job);
  }));
}

/// What the plans of a test did.
struct Seen {
  std::size_t reused = 0;
  std::size_t spilled = 0;
  std::size_t cut = 0;
};

void check_plan(const Program& planned, const Program& plain, const Architecture& chip, Seen& seen) {
  const DataFlow flow = data_flow(planned, chip.sram);
  check_none(flow.faults);
  check_none(value_faults(planned, plain));
  if (uses_off_chip(planned)) {
    ++seen.spilled;
    CHECK(planned.samples_in_flight == 1);
    CHECK(flow.borrowed.empty());
  } else if (planned.slot_bytes < plain.slot_bytes) {
    ++seen.reused;
  }
  if (computing_steps(planned) > plain.steps.size()) ++seen.cut;
}

/// Calls `check` with the programs of a network on a chip of `kib` and on one with plenty of room.
template <class Check>
void for_programs(const AdaptedNetwork& adapted, std::uint32_t kib, const Check& check) {
  const Architecture chip = small_buffer_chip(kib);
  const Architecture roomy = small_buffer_chip(plenty_kib);
  const TileMap map = map_to_tiles(adapted.network, chip);
  const ProgramContext context{chip, adapted.network, map};
  const ProgramContext with_room{roomy, adapted.network, map};
  INFO(adapted.name << ", " << kib << " KiB");
  for (const std::vector<const Adapter*>& adapters :
       {std::vector<const Adapter*>{}, std::vector<const Adapter*>{&adapted.first, &adapted.second}})
    check(chip, inference_program(context, adapters, 5), inference_program(with_room, adapters, 5));
  for (const TrainingTask& task : tasks_of(adapted)) {
    const TrainingPrograms programs = training_programs(context, task);
    const TrainingPrograms plain = training_programs(with_room, task);
    check(chip, programs.batch, plain.batch);
    check(chip, programs.update, plain.update);
  }
}

}  // namespace

TEST_CASE("With less and less room a program computes the same, from places used again to values in pieces") {
  Seen seen;
  for (const AdaptedNetwork& network : kib_networks()) {
    for (const std::uint32_t kib : {32U, 14U, 8U, 6U, 3U}) {
      for_programs(network, kib, [&](const Architecture& chip, const Program& planned, const Program& plain) {
        check_plan(planned, plain, chip, seen);
      });
    }
  }
  CHECK(seen.reused > 5);
  CHECK(seen.spilled > 20);
  CHECK(seen.cut > 10);
}

TEST_CASE("Inference loads what a deployment stored, and the update of parameters what the batch did") {
  for (const AdaptedNetwork& adapted : kib_networks()) {
    INFO(adapted.name);
    const Architecture chip = small_buffer_chip(2);
    const TileMap map = map_to_tiles(adapted.network, chip);
    const ProgramContext context{chip, adapted.network, map};
    DeploymentTask deployment;
    deployment.adapters = deployment.new_adapters = {&adapted.first, &adapted.second};
    for (const std::string& name : adapted.network.digital_parameters()) deployment.vectors.insert(name);
    const DataFlow deployed = data_flow(deployment_program(context, deployment), chip.sram);
    const DataFlow inferred = data_flow(inference_program(context, deployment.adapters, 2), chip.sram);
    CHECK_FALSE(inferred.off_chip_borrowed.empty());
    check_none(deployed.faults);
    check_none(missing_off_chip(inferred.off_chip_borrowed, deployed.off_chip_drained));

    const TrainingPrograms programs = training_programs(context, tasks_of(adapted)[1]);
    const DataFlow batch = data_flow(programs.batch, chip.sram);
    const DataFlow update = data_flow(programs.update, chip.sram);
    // Gradients: what the batch stores the update loads. Working copies: what the batch loads the update stores.
    CHECK_FALSE(batch.off_chip_drained.empty());
    check_none(missing_off_chip(batch.off_chip_drained, update.off_chip_borrowed));
    check_none(missing_off_chip(batch.off_chip_drained, update.off_chip_drained));
  }
}

TEST_CASE("The forward passes of a batch that spills are its first steps") {
  const AdaptedNetwork adapted = kib_networks()[0];
  const Architecture chip = small_buffer_chip(5);
  const TileMap map = map_to_tiles(adapted.network, chip);
  const TrainingPrograms programs = training_programs({chip, adapted.network, map}, tasks_of(adapted)[0]);
  const TrainingPrograms plain =
      training_programs({small_buffer_chip(plenty_kib), adapted.network, map}, tasks_of(adapted)[0]);
  REQUIRE(uses_off_chip(programs.forward));
  REQUIRE(programs.forward.steps.size() < programs.batch.steps.size());
  CHECK(value_faults(programs.forward, plain.forward).empty());
}
