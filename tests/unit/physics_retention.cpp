#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>

#include "models/physics/retention.hpp"

using namespace palimpsest;

namespace {

constexpr ConductanceLimits limits{5.0, 90.0};
constexpr double day = 86'400.0;

RetentionConfig relaxing() {
  RetentionConfig config;
  config.relaxation_mean_microsiemens_per_ln = -0.089;
  config.relaxation_sigma_microsiemens = 0.412;
  config.relaxation_sigma_microsiemens_per_ln = 0.042;
  return config;
}

RetentionConfig disturbing(double per_read) {
  RetentionConfig config;
  config.read_disturb_per_read = per_read;
  return config;
}

}  // namespace

TEST_CASE("Relaxation shifts by its mean and by the cell's own part of its spread") {
  const double ln = std::log(30.0 * day);
  for (const double normal : {-2.0, 0.0, 1.5}) {
    CHECK(relaxed(relaxing(), limits, 45.0, 30.0 * day, normal) ==
          Approx(45.0 - 0.089 * ln + (0.412 + 0.042 * ln) * normal).epsilon(1e-14));
  }
}

TEST_CASE("Relaxation is the same at every conductance, and stays inside the limits") {
  const double shift = relaxed(relaxing(), limits, 45.0, day, 1.0) - 45.0;
  CHECK(relaxed(relaxing(), limits, 20.0, day, 1.0) == Approx(20.0 + shift));
  CHECK(relaxed(relaxing(), limits, 89.9, day, 3.0) == 90.0);
  CHECK(relaxed(relaxing(), limits, 5.1, day, -3.0) == 5.0);
}

TEST_CASE("Times below a second count as a second, and no time changes nothing") {
  CHECK(relaxed(relaxing(), limits, 45.0, 0.0, 2.0) == 45.0);
  CHECK(relaxed(relaxing(), limits, 45.0, 1e-9, 2.0) == relaxed(relaxing(), limits, 45.0, 1.0, 2.0));
  CHECK(relaxed(relaxing(), limits, 45.0, 1.0, 2.0) == Approx(45.0 + 2.0 * 0.412));
  CHECK(retained(limits, 45.0, 0.0, 0.1) == 45.0);
  CHECK(retained(limits, 45.0, 0.5, 0.1) == 45.0);
  CHECK(retained(limits, 45.0, 1.0, 0.1) == 45.0);
  CHECK(retained(limits, 45.0, 2.0, 0.1) < 45.0);
}

TEST_CASE("Retention is a power law of time towards the low limit") {
  for (const double exponent : {0.01, 0.1, 1.0}) {
    for (const double seconds : {10.0, day, 365.25 * day}) {
      CHECK(retained(limits, 80.0, seconds, exponent) == Approx(5.0 + 75.0 * std::pow(seconds, -exponent)));
    }
  }
  CHECK(retained(limits, 5.0, day, 1.0) == 5.0);
  CHECK(retained(limits, 80.0, day, 0.0) == 80.0);
}

TEST_CASE("A cell's exponent is never negative") {
  RetentionConfig config;
  config.exponent = 0.02;
  config.exponent_spread = 0.01;
  CHECK(retention_exponent(config, 1.5) == Approx(0.035));
  CHECK(retention_exponent(config, -1.5) == Approx(0.005));
  CHECK(retention_exponent(config, -2.5) == 0.0);
}

TEST_CASE("Reads move a cell towards the high limit by the same share each") {
  double one_by_one = 45.0;
  for (std::uint64_t reads = 1; reads <= 100; ++reads) {
    one_by_one += 0.01 * (limits.high - one_by_one);
    REQUIRE(disturbed(disturbing(0.01), limits, 45.0, reads) == Approx(one_by_one).epsilon(1e-13));
  }
  CHECK(disturbed(disturbing(0.01), limits, 45.0, 0) == 45.0);
  CHECK(disturbed(disturbing(0.0), limits, 45.0, 1'000'000) == 45.0);
}

TEST_CASE("Many reads of little effect each add up") {
  // (1 - 1e-12)^(1e12) is 1/e.
  CHECK(disturbed(disturbing(1e-12), limits, 45.0, 1'000'000'000'000) == Approx(90.0 - 45.0 * std::exp(-1.0)));
}

TEST_CASE("A read that disturbs all the way leaves the cell at the high limit") {
  CHECK(disturbed(disturbing(1.0), limits, 45.0, 0) == 45.0);
  CHECK(disturbed(disturbing(1.0), limits, 45.0, 1) == 90.0);
}
