#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace palimpsest {

/// How the voltages of a write pulse follow from the pulses before it.
enum class PulseSchedule {
  fixed,         ///< every pulse of a direction has the same amplitude
  stepped,       ///< it rises with each further pulse in the same direction (incremental step pulse programming)
  gate_stepped,  ///< the gate voltage rises with each further SET (incremental gate voltage), and a RESET takes it back
};

struct PulseConfig {
  PulseSchedule schedule = PulseSchedule::fixed;
  double set_volt = 1.5;             ///< amplitude of a SET pulse, with `stepped` of the first of a row
  double reset_volt = 1.5;           ///< the same of a RESET pulse
  double volt_step = 0.05;           ///< rise with each further pulse in the same direction
  double largest_volt = 2.0;         ///< where the rise ends; at least both amplitudes
  double gate_start_volt = 0.8;      ///< gate voltage of the first SET
  double gate_step_volt = 0.0115;    ///< its rise with each further SET
  double gate_largest_volt = 3.3;    ///< where that rise ends
  std::uint32_t restart_steps = 12;  ///< steps of the gate voltage that a RESET takes back, down to the start at most
};

/// Highest amplitude that a pulse can have, V.
inline double highest_pulse_volt(const PulseConfig& config) {
  return config.schedule == PulseSchedule::stepped ? config.largest_volt : std::max(config.set_volt, config.reset_volt);
}

/// Voltages of one pulse.
struct PulseVoltages {
  double volt = 0.0;                ///< across cell and access transistor, positive for SET and RESET
  std::optional<double> gate_volt;  ///< of the access transistor; empty: fully on
};

/// Voltages of a SET or a RESET pulse that have risen by `steps` since the start; 0 for the first pulse of a write.
PulseVoltages voltages_of(const PulseConfig& config, bool set, std::uint32_t steps);

/// Steps that take the gate voltage from its start to the largest, whatever the last one is cut to.
std::uint32_t most_gate_steps(const PulseConfig& config);

}  // namespace palimpsest
