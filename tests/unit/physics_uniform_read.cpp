#include <catch2/catch.hpp>
#include <cmath>

#include "models/physics/input_encoding.hpp"
#include "models/physics/quantize.hpp"
#include "models/physics/uniform_read.hpp"
#include "tests/support/array_read.hpp"
#include "tests/support/sense_lines.hpp"

using namespace palimpsest;

namespace {

constexpr int bits = 8;
constexpr int vectors = 4000;

/// Conductances [sensed, driven] between 10 and 80 uS.
Eigen::MatrixXf cells(Eigen::Index sensed, Eigen::Index driven) {
  RandomStream stream(3, RandomPurpose::faults, 0, 0);
  return Eigen::MatrixXf::NullaryExpr(sensed, driven,
                                      [&stream] { return static_cast<float>(10.0 + 70.0 * stream.uniform()); });
}

/// The mean over vectors of random codes, read from the array itself.
ReadPower drawn(const Eigen::MatrixXf& conductances, bool pairs, InputEncoding inputs) {
  const Crossbar array(conductances.transpose(),
                       test::against_last_column(static_cast<std::uint32_t>(conductances.rows())), 0.0);
  RandomStream stream(4, RandomPurpose::dac_noise, 0, 0);
  Eigen::MatrixXf codes(vectors, conductances.cols());
  for (Eigen::Index vector = 0; vector < vectors; ++vector) {
    for (Eigen::Index line = 0; line < codes.cols(); ++line) {
      codes(vector, line) = pairs && line % 2 == 1 ? -codes(vector, line - 1)
                                                   : static_cast<float>(std::floor(255.0 * stream.uniform()) - 127.0);
    }
  }
  ReadPower sum;
  for (std::uint32_t pass = 0; pass < input_passes(inputs, bits); ++pass) {
    const Eigen::MatrixXf volts = line_codes(inputs, bits, codes, pass) * (0.2F / 127.0F);
    const ReadPower power = test::read_array(array, volts).power;
    sum.supply_microampere += power.supply_microampere / vectors;
    sum.dissipated_microwatt += power.dissipated_microwatt / vectors;
  }
  return sum;
}

void check(const Eigen::MatrixXf& conductances, bool pairs, InputEncoding inputs) {
  const ReadPower expected = drawn(conductances, pairs, inputs);
  const ReadPower power = uniform_read_power(conductances, pairs, inputs, bits, 0.2);
  // A code of 8 bits has a mean magnitude of 128 / 255, 0.4 % more than half.
  CHECK(power.supply_microampere == Approx(expected.supply_microampere).epsilon(0.012));
  CHECK(power.dissipated_microwatt == Approx(expected.dissipated_microwatt).epsilon(0.012));
}

}  // namespace

TEST_CASE("Reads with codes spread evenly take what drawn ones take in the mean") {
  const Eigen::MatrixXf conductances = cells(30, 40);
  for (const InputEncoding inputs : {InputEncoding::bipolar, InputEncoding::two_pass, InputEncoding::bit_serial})
    check(conductances, false, inputs);
}

TEST_CASE("Opposite voltages on a pair leave sensed lines its difference only") {
  const Eigen::MatrixXf conductances = cells(30, 40);
  check(conductances, true, InputEncoding::bipolar);
  CHECK(uniform_read_power(conductances, true, InputEncoding::bipolar, bits, 0.2).supply_microampere <
        uniform_read_power(conductances, false, InputEncoding::bipolar, bits, 0.2).supply_microampere);
}
