#include <catch2/catch.hpp>
#include <cmath>

#include "models/physics/tile_config.hpp"

using namespace palimpsest;

namespace {

constexpr double kt = 1.380649e-23 * 300.0;

TileConfig tile(SensingKind kind) {
  TileConfig config;
  config.sensing.kind = kind;
  config.sensing.capacitance_picofarad = 20.0;
  config.sensing.transfer_ns = 50.0;
  config.crossbar.read_ns = 100.0;
  config.tia.gain_ohm = 5000.0;
  config.tia.bandwidth_hz = 10e6;
  config.tia.noise_volt.reset();
  config.tia.input_noise_nanovolt_per_root_hz = 5.0;
  return config;
}

}  // namespace

TEST_CASE("A transimpedance amplifier gives current times gain, as far as it has settled, and keeps the array") {
  TileConfig config = tile(SensingKind::transimpedance);
  CHECK(sensing_of(config)->array_ns() == 100.0);
  CHECK(sensing_of(config)->transfer_ns() == 0.0);
  CHECK(sensing_of(config)->amplifier_ns() == 100.0);
  // 20 uA over 5 kiloohm are 0.1 V; 100 ns at 10 MHz are 2 pi time constants.
  CHECK(20.0 * sensing_of(config)->volt_per_microampere() == Approx(0.1 * (1.0 - std::exp(-2.0 * M_PI))));
  config.crossbar.read_ns = 0.1;
  CHECK(20.0 * sensing_of(config)->volt_per_microampere() == Approx(0.1 * 0.0062634).epsilon(1e-4));
  config.tia.bandwidth_hz.reset();
  CHECK(20.0 * sensing_of(config)->volt_per_microampere() == Approx(0.1));
}

TEST_CASE("An integrator gives charge over capacitance, and frees the array while it hands it on") {
  TileConfig config = tile(SensingKind::integrator);
  CHECK(sensing_of(config)->array_ns() == 100.0);
  CHECK(sensing_of(config)->transfer_ns() == 50.0);
  CHECK(sensing_of(config)->amplifier_ns() == 150.0);
  // 100 uA for 100 ns are 10 pC; on 20 pF 0.5 V.
  const double settled = 1.0 - std::exp(-M_PI);
  CHECK(100.0 * sensing_of(config)->volt_per_microampere() == Approx(0.5 * settled));
  config.crossbar.read_ns = 0.1;
  CHECK(100.0 * sensing_of(config)->volt_per_microampere() == Approx(0.5e-3 * settled));
  config.tia.bandwidth_hz.reset();
  CHECK(100.0 * sensing_of(config)->volt_per_microampere() == Approx(0.5e-3));
}

TEST_CASE("Noise of a transimpedance amplifier: resistor, column and amplifier over the noise bandwidth") {
  TileConfig config = tile(SensingKind::transimpedance);
  const double band = M_PI / 2.0 * 10e6;
  config.tia.input_noise_nanovolt_per_root_hz = 0.0;
  // Without anything at the input, 5 kiloohm have 9.1 nV per root Hz.
  CHECK(noise_volt(config, *sensing_of(config), 0.0) == Approx(9.102e-9 * std::sqrt(band)).epsilon(1e-3));
  // A conductance of 1 / R at the input adds as much again.
  CHECK(noise_volt(config, *sensing_of(config), 200.0) == Approx(9.102e-9 * std::sqrt(2.0 * band)).epsilon(1e-3));
  config.tia.input_noise_nanovolt_per_root_hz = 5.0;
  // 11.52 mS, two columns of 128 cells of 45 uS: a noise gain of 58.6.
  const double variance = (4.0 * kt * 5000.0 + 4.0 * kt * 11.52e-3 * 25e6 + std::pow(5e-9 * 58.6, 2)) * band;
  CHECK(noise_volt(config, *sensing_of(config), 11520.0) == Approx(std::sqrt(variance)));
  CHECK(noise_volt(config, *sensing_of(config), 11520.0) == Approx(1.19e-3).epsilon(0.01));
  config.tia.noise_volt = 3e-4;
  CHECK(noise_volt(config, *sensing_of(config), 11520.0) == 3e-4);
}

TEST_CASE("Noise of an integrator: its reset, white current integrated, and the held output") {
  TileConfig config = tile(SensingKind::integrator);
  config.tia.input_noise_nanovolt_per_root_hz = 0.0;
  // kT / C of 20 pF: 14.4 uV.
  CHECK(noise_volt(config, *sensing_of(config), 0.0) == Approx(14.39e-6).epsilon(1e-3));
  const double reset = kt / 20e-12;
  const double column = 2.0 * kt * 11.52e-3 * 100e-9 / std::pow(20e-12, 2);
  CHECK(noise_volt(config, *sensing_of(config), 11520.0) == Approx(std::sqrt(reset + column)));
  config.tia.input_noise_nanovolt_per_root_hz = 5.0;
  const double driven = std::pow(5e-9 * 11.52e-3, 2) / 2.0 * 100e-9 / std::pow(20e-12, 2);
  const double held = std::pow(5e-9, 2) * M_PI / 2.0 * 10e6;
  CHECK(noise_volt(config, *sensing_of(config), 11520.0) == Approx(std::sqrt(reset + column + driven + held)));
}
