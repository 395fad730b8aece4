#include <Eigen/Core>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "models/physics/analogue_tile.hpp"
#include "models/physics/quantize.hpp"
#include "models/physics/tile_kernels.hpp"
#include "tests/support/distribution.hpp"
#include "tests/support/numpy_reference.hpp"
#include "tests/support/sense_lines.hpp"
#include "tests/support/simd_targets.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

constexpr Eigen::Index rows = 6;
constexpr std::uint32_t columns = 5;

/// Converters so fine that their rounding is not seen.
TileConfig fine_tile(InputEncoding inputs = InputEncoding::bipolar) {
  TileConfig config;
  config.mapping.inputs = inputs;
  config.dac.bits = 8;
  config.adc.bits = 22;
  return config;
}

Eigen::MatrixXf conductances() {
  Eigen::MatrixXf cells(rows, columns);
  for (Eigen::Index i = 0; i < cells.size(); ++i) cells(i) = 45.0F + 30.0F * std::sin(2.1F * static_cast<float>(i));
  return cells;
}

Eigen::MatrixXf codes() {
  Eigen::MatrixXf values(4, rows);
  for (Eigen::Index i = 0; i < values.size(); ++i)
    values(i) = std::round(120.0F * std::sin(0.9F * static_cast<float>(i)));
  return values;
}

AnalogueTile tile_of(const TileConfig& config, const CellConfig& cell = {}) {
  AnalogueTile tile(config, cell, conductances(), against_last_column(columns), 1, 0);
  tile.set_adc_range(tile.largest_volt(codes()));
  return tile;
}

Eigen::MatrixXf read(const AnalogueTile& tile, ReadActivity& activity) {
  return tile.read(codes(), {1, 0, 0, 0, 2}, activity);
}

Eigen::MatrixXf read(const AnalogueTile& tile) {
  ReadActivity activity;
  return read(tile, activity);
}

/// Codes times conductance differences.
Eigen::MatrixXf exact() {
  const Eigen::MatrixXf cells = conductances();
  return codes() * (cells.leftCols(columns - 1).colwise() - cells.col(columns - 1));
}

double relative_error(const Eigen::MatrixXf& values) {
  return double{largest_difference(values, exact())} / double{exact().cwiseAbs().maxCoeff()};
}

}  // namespace

TEST_CASE("An ideal tile gives the product of codes and conductance differences in every input encoding") {
  for (const InputEncoding inputs : {InputEncoding::bipolar, InputEncoding::two_pass, InputEncoding::bit_serial}) {
    CHECK(relative_error(read(tile_of(fine_tile(inputs)))) < 3e-6);
  }
}

TEST_CASE("Both passes of a two-pass read dissipate the energy of the bipolar one, bit-serial reads their ones'") {
  ReadActivity bipolar;
  ReadActivity two_pass;
  ReadActivity bit_serial;
  read(tile_of(fine_tile(InputEncoding::bipolar)), bipolar);
  read(tile_of(fine_tile(InputEncoding::two_pass)), two_pass);
  read(tile_of(fine_tile(InputEncoding::bit_serial)), bit_serial);
  CHECK(two_pass.crossbar_dissipation_joule == Approx(bipolar.crossbar_dissipation_joule).epsilon(1e-6));
  double ones = 0.0;
  double magnitudes = 0.0;
  const Eigen::MatrixXf values = codes();
  for (Eigen::Index row = 0; row < rows; ++row) {
    const double microsiemens = double{conductances().row(row).sum()};
    for (const float code : values.col(row)) {
      const auto bits = static_cast<std::uint32_t>(static_cast<std::int32_t>(code)) & 0xFFU;
      ones += __builtin_popcount(bits) * microsiemens;
      magnitudes += double{std::abs(code)} / 127.0 * microsiemens;
    }
  }
  CHECK(bit_serial.crossbar_dissipation_joule == Approx(0.2 * 0.2 * ones * 1e-6 * 100e-9).epsilon(1e-5));
  // Voltages of one sign: the supply's current is that of the driven lines.
  CHECK(bit_serial.crossbar_joule == Approx(1.8 * 0.2 * ones * 1e-6 * 100e-9).epsilon(1e-5));
  CHECK(two_pass.crossbar_joule == Approx(1.8 * 0.2 * magnitudes * 1e-6 * 100e-9).epsilon(1e-5));
  CHECK(bipolar.crossbar_joule < two_pass.crossbar_joule);
  CHECK(bipolar.crossbar_joule > two_pass.crossbar_joule / 2.0);
}

TEST_CASE("A read that does not settle shrinks the signal, the digital result is trimmed, and noise counts for more") {
  const Eigen::MatrixXf many = codes().row(0).replicate(4000, 1);
  for (const SensingKind kind : {SensingKind::transimpedance, SensingKind::integrator}) {
    TileConfig config = fine_tile();
    config.sensing.kind = kind;
    config.tia.bandwidth_hz = 2e6;
    config.sensing.transfer_ns = 100.0;
    config.crossbar.read_ns = 10.0;
    CHECK(relative_error(read(tile_of(config))) < 3e-6);
    const auto noise_of = [&](double read_ns) {
      config.crossbar.read_ns = read_ns;
      config.tia.noise_volt = 1e-4;
      AnalogueTile tile(config, {}, conductances(), against_last_column(columns), 1, 0);
      tile.set_adc_range(0.5F);
      ReadActivity activity;
      const Eigen::MatrixXf values = tile.read(many, {1, 0, 0, 0, 1}, activity);
      return std::sqrt(double{(values.col(0).array() - values.col(0).mean()).square().mean()});
    };
    const double more = kind == SensingKind::integrator
                            ? 10.0
                            : std::expm1(-2.0 * M_PI * 2e6 * 100e-9) / std::expm1(-2.0 * M_PI * 2e6 * 10e-9);
    CHECK(noise_of(10.0) / noise_of(100.0) == Approx(more).epsilon(0.001));
  }
}

TEST_CASE("The ADC's range is where its largest code is, and saturation is counted") {
  TileConfig config = fine_tile();
  AnalogueTile tile = tile_of(config);
  ReadActivity activity;
  read(tile, activity);
  CHECK(activity.saturated_adc == 0);
  const float half = tile.largest_volt(codes()) / 2.0F;
  tile.set_adc_range(half);
  const Eigen::MatrixXf cut = read(tile, activity);
  const float most = exact().cwiseAbs().maxCoeff() / 2.0F;
  const auto beyond = static_cast<std::uint64_t>((exact().array().abs() > most * 1.000001F).count());
  CHECK(activity.saturated_adc == beyond);
  CHECK(beyond > 0);
  CHECK(largest_difference(cut, exact().cwiseMax(-most).cwiseMin(most)) < 3e-6F * most);
}

TEST_CASE("A TIA that saturates cuts the current before the ADC sees it") {
  TileConfig config = fine_tile();
  AnalogueTile tile = tile_of(config);
  config.tia.saturation_volt = double{tile.largest_volt(codes())} / 2.0;
  AnalogueTile cut = tile_of(config);
  ReadActivity activity;
  const Eigen::MatrixXf values = read(cut, activity);
  CHECK(activity.saturated_tia > 0);
  CHECK(activity.saturated_adc == 0);
  CHECK(values.cwiseAbs().maxCoeff() == Approx(exact().cwiseAbs().maxCoeff() / 2.0F).epsilon(1e-5));
}

TEST_CASE("A cell's current grows as a hyperbolic sine, as that of a linear one at full scale") {
  CellConfig cell;
  cell.nonlinearity_volt = 0.15;
  CHECK(conducting_volt(0.2, 0.15, 0.2) == Approx(0.2));
  CHECK(conducting_volt(0.1, 0.15, 0.2) == Approx(0.2 * std::sinh(0.1 / 0.15) / std::sinh(0.2 / 0.15)));
  CHECK(conducting_volt(-0.1, 0.15, 0.2) == Approx(-conducting_volt(0.1, 0.15, 0.2)));
  CHECK(conducting_volt(10.0, 0.01, 10.0) == 10.0);
  CHECK(conducting_volt(5.0, 0.01, 10.0) == Approx(0.0).margin(1e-200));
  CHECK(conducting_volt(0.1, 1000.0, 0.2) == Approx(0.1));
  CHECK(std::isfinite(static_cast<float>(conducting_volt(1e6, 0.01, 0.2))));
  CHECK(relative_error(read(tile_of(fine_tile(), cell))) > 0.01);
  // A line at zero or full scale does not see it.
  CHECK(relative_error(read(tile_of(fine_tile(InputEncoding::bit_serial), cell))) < 3e-6);
}

TEST_CASE("Every noise is drawn by sample number, whatever else is in the batch") {
  TileConfig config = fine_tile(InputEncoding::two_pass);
  config.dac.errors.noise_lsb = 0.3;
  config.tia.noise_volt = 1e-3;
  config.adc.errors.noise_lsb = 100.0;
  CellConfig cell;
  cell.read_noise = 0.02;
  const AnalogueTile tile = tile_of(config, cell);
  ReadActivity activity;
  const Eigen::MatrixXf together = read(tile, activity);
  const Eigen::MatrixXf second = tile.read(codes().bottomRows(2), {1, 0, 0, 1, 2}, activity);
  CHECK(identical(together.bottomRows(2), second));
  CHECK_FALSE(identical(together, tile.read(codes(), {1, 1, 0, 0, 2}, activity)));
  CHECK_FALSE(identical(together, tile.read(codes(), {2, 0, 0, 0, 2}, activity)));
}

TEST_CASE("A tile's second use in a sample draws anew, and is no other evaluation's first") {
  CellConfig cell;
  cell.read_noise = 0.02;
  const AnalogueTile tile = tile_of(fine_tile(InputEncoding::two_pass), cell);
  const auto lines = [&tile](std::uint32_t evaluation, std::uint32_t use) {
    ReadActivity activity;
    return tile.read(codes(), {1, evaluation, use, 0, 2}, activity);
  };
  const Eigen::MatrixXf first = lines(0, 0);
  const Eigen::MatrixXf second = lines(0, 1);
  CHECK_FALSE(identical(first, second));
  CHECK(identical(second, lines(0, 1)));
  CHECK_FALSE(identical(second, lines(1, 0)));
  CHECK_FALSE(identical(second, lines(1, 1)));
}

TEST_CASE("TIA and ADC noise have their deviation at the output") {
  const Eigen::MatrixXf many = codes().row(0).replicate(4000, 1);
  const auto deviation_of = [&many](const TileConfig& config) {
    AnalogueTile tile(config, {}, conductances(), against_last_column(columns), 1, 0);
    tile.set_adc_range(0.5F);
    ReadActivity activity;
    const Eigen::MatrixXf values = tile.read(many, {1, 0, 0, 0, 1}, activity);
    return std::sqrt((values.col(0).array() - values.col(0).mean()).square().mean());
  };
  TileConfig config = fine_tile();
  // Volt back to microsiemens times codes: over the gain (in uA) and the volt of a code.
  const double per_volt = 1e6 / config.tia.gain_ohm / (0.2 / 127.0);
  config.tia.noise_volt = 2e-3;
  CHECK(double{deviation_of(config)} == Approx(2e-3 * per_volt).epsilon(4.0 / std::sqrt(8000.0)));
  config.tia.noise_volt = 0.0;
  config.adc.errors.noise_lsb = 1000.0;
  CHECK(double{deviation_of(config)} ==
        Approx(1000.0 * 0.5 / largest_code(22) * per_volt).epsilon(4.0 / std::sqrt(8000.0)));
  config.adc.errors.noise_lsb = 0.0;
  config.adc.noise_volt = 3e-3;
  CHECK(double{deviation_of(config)} == Approx(3e-3 * per_volt).epsilon(4.0 / std::sqrt(8000.0)));
  // Each line's amplifier sees the conductance of its own column and of the reference.
  config.adc.noise_volt = 0.0;
  config.tia.noise_volt.reset();
  config.tia.bandwidth_hz = 1e9;
  config.tia.input_noise_nanovolt_per_root_hz = 100.0;
  const double siemens = double{conductances().col(0).sum() + conductances().col(columns - 1).sum()} * 1e-6;
  const double kt = 1.380649e-23 * 300.0;
  const double density = 4.0 * kt * 5e3 + 4.0 * kt * siemens * 25e6 + std::pow(100e-9 * (1.0 + siemens * 5e3), 2);
  CHECK(double{deviation_of(config)} ==
        Approx(std::sqrt(density * M_PI / 2.0 * 1e9) * per_volt).epsilon(4.0 / std::sqrt(8000.0)));
}

TEST_CASE("DAC noise is normal with its deviation, and each line's own") {
  TileConfig config = fine_tile();
  config.dac.errors.noise_lsb = 0.5;
  const Eigen::MatrixXf cells{{80.0F, 12.0F, 45.0F}, {45.0F, 45.0F, 45.0F}};
  AnalogueTile tile(config, {}, cells, against_last_column(3), 1, 0);
  tile.set_adc_range(0.5F);
  ReadActivity activity;
  constexpr std::size_t reads = 5000;
  const Eigen::MatrixXf values = tile.read(Eigen::MatrixXf::Zero(reads, 2), {1, 0, 0, 0, 1}, activity);
  std::vector<double> list;
  for (const float value : values.col(0)) list.push_back(double{value} / (0.5 * 35.0));
  CHECK(kolmogorov_smirnov_distance(list, normal_distribution) < critical_distance(reads));
  // Both lines see the same noise of the first row.
  CHECK(largest_difference(values.col(1) * (35.0F / -33.0F), values.col(0)) < 0.1F);
}

TEST_CASE("A tile gives the same bytes on all kinds of vector instructions, whatever else is in the batch") {
  TileConfig config;
  config.mapping.inputs = InputEncoding::two_pass;
  config.ir_drop = IrDropModel::exact;
  config.wires = {0.7, 0.7, 10.0, 5.0};
  config.dac.errors.noise_lsb = 0.3;
  config.tia.noise_volt = 1e-3;
  config.adc.errors = {0.5, 0.01, 0.4, {-0.5, 0.5, 0.0}};
  CellConfig cell;
  cell.read_noise = 0.02;
  // Panels and blocks of all kinds: rows and lines that fill no line of the cache, vectors that fill no block.
  constexpr Eigen::Index inputs = 75;
  constexpr std::uint32_t all_columns = 118;
  constexpr Eigen::Index vectors = 77;
  RandomStream stream(9, RandomPurpose::cell_traits, 0, 0);
  const Eigen::MatrixXf cells = (45.0F + 10.0F * normal_matrix(stream, inputs, all_columns).array()).cwiseAbs();
  Eigen::MatrixXf many =
      (40.0F * normal_matrix(stream, vectors, inputs).array()).round().cwiseMin(127.0F).cwiseMax(-127.0F);
  AnalogueTile tile(config, cell, cells, against_last_column(all_columns), 1, 0);
  tile.set_adc_range(tile.largest_volt(many));
  const auto all = [&] {
    ReadActivity activity;
    const RowMatrixXf values = tile.read(many, {1, 0, 0, 0, 1}, activity);
    std::vector<double> numbers(values.data(), values.data() + values.size());
    numbers.insert(numbers.end(), {activity.crossbar_joule, activity.crossbar_dissipation_joule,
                                   static_cast<double>(activity.saturated_adc)});
    return numbers;
  };
  same_on_all_simd_targets(all);
  ReadActivity activity;
  const Eigen::MatrixXf together = tile.read(many, {1, 0, 0, 0, 1}, activity);
  for (const Eigen::Index batch : {1, 7, 64}) {
    for (Eigen::Index first = 0; first < vectors; first += batch) {
      const Eigen::Index count = std::min(batch, vectors - first);
      const ReadKey key{1, 0, 0, static_cast<std::uint32_t>(first), 1};
      REQUIRE(identical(tile.read(many.middleRows(first, count), key, activity), together.middleRows(first, count)));
    }
  }
}

TEST_CASE("A TIA's output is cut beyond its saturation, not at it, and counted") {
  std::vector<float> currents{0.5F, -0.5F, 0.51F, -7.0F, 0.1F, 9.0F, 9.0F};
  currents.resize(16, 9.0F);
  CHECK(amplify({1.0F, 0.5F, 2.0F}, currents.data(), 16, 1, 5) == 2);
  CHECK(currents[0] == 1.0F);
  CHECK(currents[1] == -1.0F);
  CHECK(currents[2] == 1.0F);
  CHECK(currents[3] == -1.0F);
  CHECK(currents[4] == 0.2F);
}
