#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>

#include "models/physics/access_transistor.hpp"
#include "models/physics/random.hpp"
#include "models/physics/simd/draws.hpp"
#include "models/physics/write_verify.hpp"

// Write-verify of docs/physics.md once more: cell by cell, pulse by pulse, in double precision.
namespace palimpsest::test {

/// Voltages of the pulses of one write of one cell, in order.
class ReferenceSchedule {
 public:
  explicit ReferenceSchedule(const PulseConfig& config) : config_(config) {}

  PulseVoltages next(bool set) {
    if (config_.schedule == PulseSchedule::gate_stepped) return next_gate_stepped(set);
    const double start = set ? config_.set_volt : config_.reset_volt;
    if (config_.schedule == PulseSchedule::fixed) return {start, {}};
    if (set != last_was_set_) pulses_in_row_ = 0;
    last_was_set_ = set;
    return {std::min(start + pulses_in_row_++ * config_.volt_step, config_.largest_volt), {}};
  }

 private:
  PulseVoltages next_gate_stepped(bool set) {
    if (!set) {
      gate_steps_ -= std::min(gate_steps_, config_.restart_steps);
      return {config_.reset_volt, {}};
    }
    const double gate_volt = config_.gate_start_volt + gate_steps_ * config_.gate_step_volt;
    if (gate_volt >= config_.gate_largest_volt) return {config_.set_volt, config_.gate_largest_volt};
    ++gate_steps_;
    return {config_.set_volt, gate_volt};
  }

  PulseConfig config_;
  bool last_was_set_ = false;
  std::uint32_t pulses_in_row_ = 0;
  std::uint32_t gate_steps_ = 0;
};

/// Conductance (microsiemens, the cell's own) after a pulse with the draw `normal`.
inline double reference_pulse(const CellConfig& cell, const CellTraits& traits, double conductance, bool set,
                              const PulseVoltages& voltages, double normal) {
  const double low = cell.limit_low_microsiemens;
  const double high = cell.limit_high_microsiemens;
  if (cell.update == CellUpdate::gate_controlled) {
    const GateControlledConfig& gated = cell.gate_controlled;
    if (!set) {
      const double left = gated.reset_microsiemens * std::exp(gated.reset_spread * normal);
      return std::min(conductance, std::clamp(left, low, high));
    }
    const double mean = double{traits.set_factor} * gated.slope_microsiemens_per_volt *
                        (voltages.gate_volt.value() - gated.threshold_volt);
    const double level = std::max(mean + gated.landing_noise_microsiemens * normal, 0.0);
    return std::max(conductance, std::clamp(level, low, high));
  }
  const SoftBoundConfig& soft = cell.soft_bound;
  const double volt = volt_behind(cell.access_transistor_ohm, conductance, voltages.volt);
  const double growth =
      std::exp((volt - (set ? soft.set_nominal_volt : soft.reset_nominal_volt)) / soft.volts_per_e_fold);
  const double step = (set ? soft.set_step_microsiemens * double{traits.set_factor}
                           : soft.reset_step_microsiemens * double{traits.reset_factor}) *
                      growth * (1.0 + soft.cycle_to_cycle * normal);
  const double after = set ? conductance + step * (high - conductance) / (high - low)
                           : conductance - step * (conductance - low) / (high - low);
  return std::clamp(after, low, high);
}

/// The standard normal numbers of block `block` of a cell's draws, by Box-Muller in double precision.
inline std::array<double, 4> reference_normals(std::uint64_t seed, std::uint64_t number, std::uint32_t step,
                                               std::uint32_t block) {
  constexpr std::uint32_t blocks = draws_per_group / 4;
  const PhiloxKey key(seed, RandomPurpose::write_pulses, number, step);
  std::array<std::uint32_t, draws_per_group> words{};
  draw_words(key, block / blocks, words.data(), words.size());
  std::array<double, 4> normals{};
  for (std::size_t pair = 0; pair < 2; ++pair) {
    const std::size_t place = block % blocks + 2 * pair * blocks;
    const double radius = std::sqrt(-2.0 * std::log((words[place] >> 1U) * 0x1p-31 + 0x1p-33));
    const double angle = 2.0 * M_PI * static_cast<std::int32_t>(words[place + blocks]) * 0x1p-32;
    normals[2 * pair] = radius * std::cos(angle);
    normals[2 * pair + 1] = radius * std::sin(angle);
  }
  return normals;
}

/// What a write of one cell took.
struct ReferenceWrite {
  double conductance = 0.0;  ///< microsiemens, the cell's own
  std::uint32_t pulses = 0;
  bool converged = false;
};

/// One read a verify. `normal()` gives the draws, one for each read and pulse in turn.
template <class Normal>
ReferenceWrite reference_write(const CellConfig& cell, const WriteVerifyConfig& config, const CellTraits& traits,
                               double start, const CellTarget& target, const Normal& normal) {
  ReferenceWrite write{start, 0, false};
  ReferenceSchedule schedule(config.pulse);
  while (true) {
    const double seen = conductance_through(cell.access_transistor_ohm, write.conductance);
    const double read = seen + std::hypot(cell.read_noise * seen, config.verify_circuit_noise_microsiemens) * normal();
    write.converged = std::abs(read - target.conductance) <= target.tolerance;
    if (write.converged || write.pulses == config.maximum_cycles) return write;
    const bool set = read < target.conductance;
    write.conductance = reference_pulse(cell, traits, write.conductance, set, schedule.next(set), normal());
    ++write.pulses;
  }
}

}  // namespace palimpsest::test
