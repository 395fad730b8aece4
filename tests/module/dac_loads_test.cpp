#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "models/modules/chip.hpp"
#include "tests/module/small_chip.hpp"

using namespace palimpsest;

namespace {

ChipConfig tests_config() {
  ChipConfig config = small_chip();
  config.tile.crossbar.rows = 128;
  return config;
}

/// Samples of a single vector of a single pass.
std::shared_ptr<const DrivenLines> table(std::vector<std::uint32_t> lines) {
  const auto samples = static_cast<std::uint32_t>(lines.size());
  return std::make_shared<const DrivenLines>(DrivenLines{samples, 1, 1, std::move(lines)});
}

/// Samples follow each other.
std::uint64_t cycles_of(Chip& chip, const TileJob& job, std::uint32_t samples = 1) {
  Program program;
  program.steps = {{job, 0, {}}};
  program.samples = samples;
  program.slot_bytes = 64;
  return chip.play(program).cycles;
}

/// 64 lines on tiles of 128 rows; 32 bits are loaded in a cycle, all lines of codes in 16 cycles.
TileJob one_vector() {
  TileJob job = tile_job(0, 1024);
  job.vectors = 1;
  job.driven_lines = job.most_driven_lines = 64;
  return job;
}

}  // namespace

TEST_CASE("a load takes the shorter of all codes and of the driven lines' addresses and codes") {
  Chip chip("chip", tests_config());
  TileJob job = one_vector();
  const std::uint64_t beside = cycles_of(chip, job) - 64 * 8 / 32;
  const auto with = [&](std::uint32_t lines) {
    job.driven = table({lines});
    return cycles_of(chip, job) - beside;
  };
  // 7 bits of address and 8 of code.
  CHECK(with(64) == 16);
  CHECK(with(35) == 16);  // 525 bits
  CHECK(with(34) == 16);  // 510 bits
  CHECK(with(32) == 15);
  CHECK(with(1) == 1);
  CHECK(with(0) == 0);
  job.spikes = true;
  // A bit for each line, or 7 bits for each spike.
  CHECK(with(64) == 2);
  CHECK(with(10) == 2);
  CHECK(with(9) == 2);
  CHECK(with(4) == 1);
  CHECK(with(0) == 0);
  job.driven = nullptr;
  CHECK(cycles_of(chip, job) - beside == 2);
}

TEST_CASE("a bank looks up the sample, the vector of the product and the pass that it loads") {
  Chip chip("chip", tests_config());
  TileJob job = one_vector();
  job.passes = 2;
  job.first_vector = 1;
  const std::uint64_t all = cycles_of(chip, job);
  const auto with = [&](std::uint32_t place, std::uint32_t samples) {
    // Two samples, three vectors, two passes; all lines are driven but with one of them.
    DrivenLines driven{2, 3, 2, std::vector<std::uint32_t>(12, 64)};
    driven.lines.at(place) = 0;
    job.driven = std::make_shared<const DrivenLines>(std::move(driven));
    return cycles_of(chip, job, samples);
  };
  for (const std::uint32_t place : {0U, 1U, 4U, 5U, 8U, 9U}) CHECK(with(place, 1) == all);
  CHECK(with(2, 1) == all - 16);
  // 3 of 16 cycles are lost: the converters have the first pass until 7 cycles after its load, and would get the second
  // one 4 cycles after its own.
  CHECK(with(3, 1) == all - 13);
  job.driven = nullptr;
  const std::uint64_t two_samples = cycles_of(chip, job, 2);
  for (const std::uint32_t place : {2U, 8U}) CHECK(with(place, 2) == two_samples - 16);
  for (const std::uint32_t place : {3U, 9U}) CHECK(with(place, 2) == two_samples - 13);
}

TEST_CASE("spikes are counted apart from codes, all of a job's lines whatever is loaded") {
  Chip chip("chip", tests_config());
  TileJob job = one_vector();
  Program program;
  program.steps = {{job, 0, {}}};
  CHECK(chip.play(program).counts.dac_updates == 64);
  CHECK(chip.play(program).counts.spike_updates == 0);
  auto& played = std::get<TileJob>(program.steps[0].job);
  played.spikes = true;
  played.driven = table({3});
  const ActionCounts counts = chip.play(program).counts;
  CHECK(counts.dac_updates == 0);
  CHECK(counts.spike_updates == 64);
  CHECK(counts.word_line_switches == 64);
}
