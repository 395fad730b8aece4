#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "tests/support/lowered.hpp"
#include "tests/support/value_flow.hpp"

namespace palimpsest::test {

/// Tiles of 16 x 20 and a buffer of `kib`.
inline Architecture spilling_chip(std::uint32_t kib) {
  Architecture chip = roomy_chip();
  chip.tile.crossbar.rows = 16;
  chip.tile.crossbar.columns = 20;
  chip.sram.banks = 1;
  chip.sram.bank_kib = kib;
  chip.tile.adc.bits = 12;  // parts of sums have two bytes, as values have
  return chip;
}

/// Which plans a check met.
struct PlansSeen {
  bool reused = false;
  bool spilled = false;
};

inline void check_same(const Program& planned, const Program& plain, const Architecture& chip, PlansSeen& seen) {
  const DataFlow flow = data_flow(planned, chip.sram, cut_steps(planned, Values::in_parts));
  check_no_faults(flow.faults);
  check_no_faults(value_faults(planned, plain));
  if (uses_off_chip(planned)) {
    seen.spilled = true;
  } else if (planned.slot_bytes < plain.slot_bytes) {
    seen.reused = true;
  }
}

/// Programs of a network on chips with buffers of `sizes` KiB compute what they do with room for everything.
inline void check_spilled(const Network& network, const std::vector<std::uint32_t>& sizes) {
  const Architecture roomy = spilling_chip(65'536);
  const TileMap map = map_to_tiles(network, roomy);
  PlansSeen inference;
  PlansSeen training;
  for (const std::uint32_t kib : sizes) {
    INFO(kib << " KiB");
    const Architecture chip = spilling_chip(kib);
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

}  // namespace palimpsest::test
