#pragma once

#include <cstdint>
#include <memory>

#include "models/physics/clock.hpp"

namespace palimpsest {

struct TileConfig;

enum class SensingKind {
  transimpedance,  ///< amplifiers settle on the currents while they flow
  integrator,      ///< amplifiers gather the currents' charge, and hand it on when the lines are off
};

struct SensingConfig {
  SensingKind kind = SensingKind::transimpedance;
  double capacitance_picofarad = 20.0;  ///< integrator: in the feedback of an amplifier
  double transfer_ns = 0.0;             ///< integrator: from the end of the read until the held output has been sampled
};

/// How the currents of an array become voltages for the converters, and what that takes of array and amplifiers. The
/// array is driven for `array_ns`, in which the amplifiers are at work too; then they work on for `transfer_ns` while
/// the array is free for the next vector. If that is zero, both are one stage of the pipeline.
class Sensing {
 public:
  Sensing() = default;
  Sensing(const Sensing&) = delete;
  Sensing& operator=(const Sensing&) = delete;
  virtual ~Sensing() = default;

  virtual double array_ns() const = 0;
  virtual double transfer_ns() const = 0;
  double amplifier_ns() const { return array_ns() + transfer_ns(); }  ///< that an amplifier is on for a read

  /// Output volt per microampere at the input at the end of the read, what has not settled by then left out.
  virtual double volt_per_microampere() const = 0;

  /// Variance of an output, volt squared, of the thermal noise of circuit and cells at 300 K and the amplifier's own
  /// noise; `microsiemens` is the conductance at the amplifier's input. Wants a bandwidth.
  virtual double noise_variance(double microsiemens) const = 0;
};

/// V = I R (1 - exp(-2 pi f t)) of a single pole, from rest; t the read time.
/// Noise: (4kT R + 4kT G R^2 + e^2 (1 + G R)^2) (pi / 2) f, the densities of the feedback resistor, of the conductance
/// at the input and of the amplifier (Johnson 1928, Nyquist 1928) over the noise bandwidth of the pole.
class Transimpedance : public Sensing {
 public:
  explicit Transimpedance(const TileConfig& tile);
  double array_ns() const override { return read_ns_; }
  double transfer_ns() const override { return 0.0; }
  double volt_per_microampere() const override;
  double noise_variance(double microsiemens) const override;

 private:
  double read_ns_;
  double gain_ohm_;
  double bandwidth_hz_;     ///< infinite: settles at once
  double amplifier_noise_;  ///< V^2/Hz
};

/// V = I t / C (1 - exp(-2 pi f s)); t the read time, s that of the transfer, in which the sampled output follows the
/// amplifier's with a single pole, from rest.
/// Noise: kT / C + (2kT G + e^2 G^2 / 2) t / C^2 + e^2 (pi / 2) f: the reset of the capacitor; white current noise,
/// that of the conductance at the input and what the amplifier's voltage drives through it, integrated for t; the
/// amplifier's voltage when the output is sampled.
class Integrator : public Sensing {
 public:
  explicit Integrator(const TileConfig& tile);
  double array_ns() const override { return read_ns_; }
  double transfer_ns() const override { return transfer_ns_; }
  double volt_per_microampere() const override;
  double noise_variance(double microsiemens) const override;

 private:
  double read_ns_;
  double transfer_ns_;
  double farad_;
  double bandwidth_hz_;
  double amplifier_noise_;  ///< V^2/Hz
};

std::unique_ptr<const Sensing> sensing_of(const TileConfig& tile);

/// Standard deviation of an output, volt: the fixed one of the tile's amplifiers, or the physics'.
double noise_volt(const TileConfig& tile, const Sensing& sensing, double microsiemens);

inline std::uint64_t array_cycles(const Sensing& sensing, const Clock& clock) {
  return clock.cycles_for_ns(sensing.array_ns());
}

inline std::uint64_t transfer_cycles(const Sensing& sensing, const Clock& clock) {
  return clock.cycles_for_ns(sensing.transfer_ns());
}

}  // namespace palimpsest
