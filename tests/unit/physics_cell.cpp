#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>

#include "models/physics/cell.hpp"
#include "tests/support/single_cell.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

constexpr double nominal_volt = 1.5;

CellConfig quiet_cell() {
  CellConfig cell;
  cell.soft_bound.set_step_microsiemens = 17.0;
  cell.soft_bound.reset_step_microsiemens = 34.0;
  return cell;
}

CellStream stream_of(std::uint64_t unit) { return {{1, unit, 0}}; }

}  // namespace

TEST_CASE("A SET pulse steps up by the distance left to the high limit") {
  CellStream stream = stream_of(0);
  const CellConfig cell = quiet_cell();  // limits 5 and 90 uS
  CHECK(after_set(cell, {}, 5.0, nominal_volt, stream) == Approx(5.0 + 17.0));
  CHECK(after_set(cell, {}, 47.5, nominal_volt, stream) == Approx(47.5 + 17.0 / 2));
  CHECK(after_set(cell, {}, 90.0, nominal_volt, stream) == 90.0);
}

TEST_CASE("A RESET pulse steps down by the distance left to the low limit") {
  CellStream stream = stream_of(0);
  const CellConfig cell = quiet_cell();
  CHECK(after_reset(cell, {}, 90.0, nominal_volt, stream) == Approx(90.0 - 34.0));
  CHECK(after_reset(cell, {}, 47.5, nominal_volt, stream) == Approx(47.5 - 34.0 / 2));
  CHECK(after_reset(cell, {}, 5.0, nominal_volt, stream) == 5.0);
}

TEST_CASE("A cell's traits scale its own steps") {
  CellStream stream = stream_of(0);
  const CellTraits traits{2.0, 0.5};
  CHECK(after_set(quiet_cell(), traits, 47.5, nominal_volt, stream) == Approx(47.5 + 17.0));
  CHECK(after_reset(quiet_cell(), traits, 47.5, nominal_volt, stream) == Approx(47.5 - 17.0 / 2));
}

TEST_CASE("Steps vary from pulse to pulse with the given spread") {
  CellConfig cell = quiet_cell();
  cell.soft_bound.cycle_to_cycle = 0.3;
  CellStream stream = stream_of(1);
  constexpr int pulses = 20'000;
  double sum = 0.0;
  double squares = 0.0;
  for (int i = 0; i < pulses; ++i) {
    const double step = (after_set(cell, {}, 47.5, nominal_volt, stream) - 47.5) / (17.0 / 2);
    sum += step;
    squares += (step - 1.0) * (step - 1.0);
  }
  CHECK(std::abs(sum / pulses - 1.0) < 4.0 * 0.3 / std::sqrt(pulses));
  CHECK(std::sqrt(squares / pulses) == Approx(0.3).epsilon(4.0 / std::sqrt(2.0 * pulses)));
}

TEST_CASE("No pulse leaves the limits") {
  CellConfig cell = quiet_cell();
  cell.soft_bound.set_step_microsiemens = 500.0;
  cell.soft_bound.reset_step_microsiemens = 500.0;
  cell.soft_bound.cycle_to_cycle = 2.0;
  CellStream stream = stream_of(2);
  int at_low = 0;
  int at_high = 0;
  for (int i = 0; i < 1000; ++i) {
    for (const double conductance :
         {after_set(cell, {}, 20.0, nominal_volt, stream), after_reset(cell, {}, 20.0, nominal_volt, stream)}) {
      REQUIRE(conductance >= 5.0);
      REQUIRE(conductance <= 90.0);
      at_low += conductance == 5.0 ? 1 : 0;
      at_high += conductance == 90.0 ? 1 : 0;
    }
  }
  // The steps are large enough for both limits to have held some of them back.
  CHECK(at_low > 100);
  CHECK(at_high > 100);
}

TEST_CASE("Traits are log-normal with the given spread") {
  CellConfig cell;
  cell.soft_bound.device_to_device = 0.2;
  constexpr int cells = 20'000;
  double set_sum = 0.0;
  double set_squares = 0.0;
  double products = 0.0;
  for (int i = 0; i < cells; ++i) {
    const CellTraits traits = test::draw_traits(cell, 1, static_cast<std::uint64_t>(i));
    set_sum += std::log(traits.set_factor);
    set_squares += std::log(traits.set_factor) * std::log(traits.set_factor);
    products += std::log(traits.set_factor) * std::log(traits.reset_factor);
  }
  CHECK(std::abs(set_sum / cells) < 4.0 * 0.2 / std::sqrt(cells));
  CHECK(std::sqrt(set_squares / cells) == Approx(0.2).epsilon(4.0 / std::sqrt(2.0 * cells)));
  CHECK(std::abs(products / cells) < 4.0 * 0.04 / std::sqrt(cells));
}

TEST_CASE("Devices without spread are all the mean one") {
  const CellTraits traits = test::draw_traits(CellConfig{}, 1, 0);
  CHECK(traits.set_factor == 1.0);
  CHECK(traits.reset_factor == 1.0);
}

TEST_CASE("A step grows by e with every volts_per_e_fold of amplitude, from its own nominal amplitude") {
  CellConfig cell = quiet_cell();
  cell.soft_bound.set_nominal_volt = 1.2;
  cell.soft_bound.reset_nominal_volt = 1.4;
  cell.soft_bound.volts_per_e_fold = 0.25;
  CellStream stream = stream_of(0);
  const double e = std::exp(1.0);
  CHECK(after_set(cell, {}, 47.5, 1.45, stream) == Approx(47.5 + e * 17.0 / 2));
  CHECK(after_set(cell, {}, 47.5, 0.95, stream) == Approx(47.5 + 17.0 / 2 / e));
  CHECK(after_reset(cell, {}, 47.5, 1.525, stream) == Approx(47.5 - std::sqrt(e) * 34.0 / 2));
  CHECK(after_reset(cell, {}, 47.5, 0.9, stream) == Approx(47.5 - 34.0 / 2 / (e * e)));
}
