#include <catch2/catch.hpp>
#include <cstdint>
#include <variant>
#include <vector>

#include "sim/mapping/divisible_job.hpp"
#include "tests/support/planned_networks.hpp"
#include "tests/support/value_flow.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

/// A program that uses places again, or one that goes through the off-chip memory, and what it computes.
struct Sound {
  Program planned;
  Program plain;
  SramConfig sram;

  bool is_found_out(const Program& broken) const {
    return !data_flow(broken, sram).faults.empty() || !value_faults(broken, plain).empty();
  }
};

std::vector<Sound> sound_programs() {
  std::vector<Sound> programs;
  const AdaptedNetwork adapted = kib_networks()[1];
  for (const std::uint32_t kib : {14U, 8U, 3U}) {
    const Architecture chip = small_buffer_chip(kib);
    const TileMap map = map_to_tiles(adapted.network, chip);
    const Architecture roomy = small_buffer_chip(plenty_kib);
    const TrainingTask task = tasks_of(adapted)[0];
    programs.push_back({training_programs({chip, adapted.network, map}, task).batch,
                        training_programs({roomy, adapted.network, map}, task).batch, chip.sram});
  }
  return programs;
}

bool waits_for(const Program& program, std::uint32_t step, std::uint32_t earlier, std::vector<bool>& seen) {
  for (const std::uint32_t dependency : program.steps[step].depends_on) {
    if (dependency == earlier) return true;
    if (dependency < earlier || seen[dependency]) continue;
    seen[dependency] = true;
    if (waits_for(program, dependency, earlier, seen)) return true;
  }
  return false;
}

/// Whether two steps use a place in a way that needs an order between them.
bool meet(const Program& program, std::uint32_t step, std::uint32_t earlier) {
  bool met = false;
  const auto each = [&](std::uint32_t number, const auto& visit) {
    Job job = program.steps[number].job;
    for_each_range(job, [&](const StridedRange& range, std::uint32_t vectors, bool written) {
      for (std::uint64_t vector = 0; vector < vectors; ++vector)
        visit(range.address + vector * range.stride, range.bytes, written, 0);
    });
    if (const auto* transfer = std::get_if<OffChipJob>(&job)) {
      for (std::uint64_t vector = 0; vector < transfer->vectors; ++vector) {
        visit(transfer->memory.address + vector * transfer->memory.stride, transfer->memory.bytes, !transfer->loads(),
              transfer->memory.per_sample ? 1 : 2);
      }
    }
  };
  each(step, [&](std::uint64_t begin, std::uint64_t bytes, bool written, int space) {
    each(earlier, [&](std::uint64_t other, std::uint64_t of_other, bool other_written, int other_space) {
      met = met ||
            (space == other_space && (written || other_written) && begin < other + of_other && other < begin + bytes);
    });
  });
  return met;
}

/// Where off the chip something else lies than what `transfer` moves. What is there once is told apart by who reads it,
/// so a load of that gets the place of another one.
std::uint64_t other_place(const Program& program, const OffChipJob& transfer) {
  for (const Step& step : program.steps) {
    const auto* other = std::get_if<OffChipJob>(&step.job);
    if (other != nullptr && transfer.loads() && other->loads() && !transfer.memory.per_sample &&
        !other->memory.per_sample && other->memory.address != transfer.memory.address)
      return other->memory.address;
  }
  return transfer.memory.address + 64;
}

}  // namespace

TEST_CASE("A planned program whose step waits for one less of those it meets is found out") {
  for (const Sound& sound : sound_programs()) {
    REQUIRE_FALSE(sound.is_found_out(sound.planned));
    std::size_t tried = 0;
    for (std::uint32_t step = 0; step < sound.planned.steps.size(); ++step) {
      for (std::size_t number = 0; number < sound.planned.steps[step].depends_on.size(); ++number) {
        Program broken = sound.planned;
        std::vector<std::uint32_t>& dependencies = broken.steps[step].depends_on;
        const std::uint32_t dropped = dependencies[number];
        dependencies.erase(dependencies.begin() + static_cast<std::ptrdiff_t>(number));
        std::vector<bool> seen(broken.steps.size(), false);
        if (waits_for(broken, step, dropped, seen) || !meet(broken, step, dropped)) continue;
        if (tried++ % 4 != 0) continue;
        INFO("step " << step << " without " << dropped);
        CHECK(sound.is_found_out(broken));
      }
    }
    CHECK(tried > 20);
  }
}

TEST_CASE("A planned program without one of its stores, or with a load of something else, is found out") {
  const Sound sound = sound_programs()[1];
  REQUIRE(uses_off_chip(sound.planned));
  for (std::uint32_t step = 0; step < sound.planned.steps.size(); ++step) {
    const auto* transfer = std::get_if<OffChipJob>(&sound.planned.steps[step].job);
    if (transfer == nullptr) continue;
    Program broken = sound.planned;
    OffChipJob& changed = std::get<OffChipJob>(broken.steps[step].job);
    INFO("step " << step << (transfer->loads() ? ", a load" : ", a store"));
    changed.memory.address = other_place(sound.planned, *transfer);
    CHECK(sound.is_found_out(broken));
    changed = *transfer;
    (changed.loads() ? changed.drains : changed.fetches)[0].address += 64;
    CHECK(sound.is_found_out(broken));
    changed = *transfer;
    changed.memory.per_sample = !changed.memory.per_sample;
    CHECK(sound.is_found_out(broken));
    if (changed.memory.bytes < 2) continue;
    changed = *transfer;
    --changed.memory.bytes;
    CHECK(sound.is_found_out(broken));
  }
}

TEST_CASE("A program that keeps a sample's values off the chip with several samples in flight is found out") {
  Sound sound = sound_programs()[1];
  sound.planned.samples_in_flight = 2;
  CHECK(sound.is_found_out(sound.planned));
}
