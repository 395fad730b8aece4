#include "models/modules/cycle_time.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <stdexcept>

using namespace palimpsest;

namespace {

constexpr std::uint64_t units = std::numeric_limits<std::uint64_t>::max();

}  // namespace

TEST_CASE("a clock period of a power of ten is the kernel's unit of time") {
  const CycleTime time(Clock{10'000});
  CHECK(sc_core::sc_get_time_resolution().to_seconds() == Approx(10e-9).epsilon(1e-12));
  CHECK(time.span(3).value() == 3);
  CHECK(time.cycles(time.span(12'345)) == 12'345);
  CHECK(time.cycles_left() == units - 1);
}

TEST_CASE("the longest clock period is the kernel's unit of time too") {
  const CycleTime time(Clock{1'000'000'000});
  CHECK(sc_core::sc_get_time_resolution().to_seconds() == Approx(1e-3).epsilon(1e-12));
  CHECK(time.cycles_left() == units - 1);
}

TEST_CASE("other periods are counted in the largest power of ten that divides them") {
  const CycleTime time(Clock{37'500});
  CHECK(sc_core::sc_get_time_resolution().to_seconds() == Approx(100e-12).epsilon(1e-12));
  CHECK(time.span(3).value() == 3 * 375);
  CHECK(time.cycles(time.span(7)) == 7);
  CHECK(time.cycles_left() == units / 375 - 1);
}

TEST_CASE("an odd period is counted in picoseconds") {
  const CycleTime time(Clock{999'999'999});
  CHECK(sc_core::sc_get_time_resolution().to_seconds() == Approx(1e-12).epsilon(1e-12));
  CHECK(time.cycles_left() == units / 999'999'999 - 1);
}

TEST_CASE("a second clock is counted in the units of the first, or refused") {
  const CycleTime first(Clock{10'000});
  CHECK(CycleTime(Clock{30'000}).span(2).value() == 6);
  CHECK_THROWS_AS(CycleTime(Clock{1'000}), std::logic_error);
  CHECK_THROWS_AS(CycleTime(Clock{15'000}), std::logic_error);
}
