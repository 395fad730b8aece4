#include <array>
#include <catch2/catch.hpp>
#include <cstdint>
#include <cstring>

#include "sim/run/chip_work.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;

namespace {

constexpr std::size_t count_total = sizeof(ActionCounts) / sizeof(std::uint64_t);
using Counts = std::array<std::uint64_t, count_total>;

// Through the bytes, so that a count added later cannot be left out of the sums unnoticed.
Counts counts_of(const ChipWork& work) {
  Counts counts{};
  std::memcpy(counts.data(), &work.counts, sizeof(counts));
  return counts;
}

ChipWork numbered(std::uint64_t factor) {
  ChipWork work;
  Counts counts{};
  for (std::size_t i = 0; i < count_total; ++i) counts[i] = factor * (i + 1);
  std::memcpy(static_cast<void*>(&work.counts), counts.data(), sizeof(counts));
  work.cycles = 100 * factor;
  work.memory_wait_cycles = 50 * factor;
  work.analogue = {1e-9 * static_cast<double>(factor), 2e-9 * static_cast<double>(factor),
                   3e-9 * static_cast<double>(factor)};
  work.dissipated = {6e-9 * static_cast<double>(factor), 4e-9 * static_cast<double>(factor),
                     5e-9 * static_cast<double>(factor)};
  work.failed_cells = 7 * factor;
  work.clipped_weights = 9 * factor;
  return work;
}

void check_is(const ChipWork& work, std::uint64_t factor) {
  const ChipWork expected = numbered(factor);
  CHECK(counts_of(work) == counts_of(expected));
  CHECK(work.cycles == expected.cycles);
  CHECK(work.memory_wait_cycles == expected.memory_wait_cycles);
  CHECK(work.failed_cells == expected.failed_cells);
  CHECK(work.clipped_weights == expected.clipped_weights);
  CHECK(work.dissipated.rm_write == Approx(expected.dissipated.rm_write));
  CHECK(work.dissipated.rm_verify == Approx(expected.dissipated.rm_verify));
  CHECK(work.analogue.crossbar_read == Approx(expected.analogue.crossbar_read));
  CHECK(work.dissipated.crossbar == Approx(expected.dissipated.crossbar));
  CHECK(work.analogue.write_pulses == Approx(expected.analogue.write_pulses));
  CHECK(work.analogue.verify_reads == Approx(expected.analogue.verify_reads));
}

}  // namespace

TEST_CASE("Work adds up in all that it holds") {
  ChipWork sum = numbered(2);
  sum += numbered(40);
  check_is(sum, 42);
}

TEST_CASE("The work beyond a part is what is left of all that the whole holds") {
  check_is(beyond(numbered(44), numbered(2)), 42);
}

TEST_CASE("Repeated work is multiplied in all that it holds") {
  check_is(times(numbered(3), 14), 42);
  check_is(times(numbered(3), 0), 0);
}

TEST_CASE("Writes draw their charge from the supplies, and the cells turn what the pulses leave them into heat") {
  Architecture architecture;
  architecture.tile.dac.full_scale_volt = 0.2;
  architecture.tile.crossbar.read_ns = 100.0;
  architecture.write_verify.supply_volt = 3.3;
  architecture.tile.supply_volt = 1.8;
  ArrayWrite first;
  first.failed_cells = 2;
  first.clipped_weights = 4;
  first.pulse_energy_joule = 3e-12;
  first.pulse_charge_coulomb = 2e-12;
  first.verified_microsiemens = 45.0;
  ArrayWrite second;
  second.failed_cells = 1;
  second.pulse_energy_joule = 4e-12;
  second.pulse_charge_coulomb = 2.5e-12;
  second.verified_microsiemens = 90.0;
  const ChipWork work = write_work(architecture, {first, second});
  CHECK(work.failed_cells == 3);
  CHECK(work.clipped_weights == 4);
  CHECK(work.analogue.write_pulses == Approx(3.3 * 4.5e-12));
  CHECK(work.dissipated.rm_write == Approx(7e-12));
  // 0.2 V over 45 uS for 100 ns is 0.9 pC: 180 fJ in the cell, 1.62 pJ from 1.8 V.
  CHECK(work.analogue.verify_reads == Approx(3 * 1.62e-12));
  CHECK(work.dissipated.rm_verify == Approx(3 * 180e-15));
  CHECK(work.analogue.crossbar_read == 0.0);
  CHECK(work.cycles == 0);
  CHECK(counts_of(work) == Counts{});
}

TEST_CASE("Work repeated beyond what can be counted is an error, not a wrapped count") {
  const std::uint64_t steps = 1'000'000'000'000;
  ChipWork work;
  work.cycles = 1'000'000'000;
  const test::ThrownError error = test::thrown_error([&] { times(work, steps); });
  CHECK(error.code == ExitCode::trace);
  CHECK_THAT(error.text, Catch::Contains("1000000000000 steps of 1000000000"));
  work.cycles = 1'000'000;
  CHECK(times(work, steps).cycles == 1'000'000'000'000'000'000);
}

TEST_CASE("Runs that together are more than can be counted are an error, not a wrapped sum") {
  ChipWork run;
  run.cycles = most_counted;
  ChipWork sum = run;
  for (int more = 0; more < 3; ++more) sum += run;
  CHECK(sum.cycles == 4 * most_counted);
  CHECK(test::thrown_error([&] { sum += run; }).code == ExitCode::trace);
}
