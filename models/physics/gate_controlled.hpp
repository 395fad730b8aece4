#pragma once

namespace palimpsest {

/// A cell whose SET ends where its access transistor passes no more current (compliance). The filament grows until that
/// current leaves no more than `compliance_volt` across it (Ielmini, IEEE TED 2011, 58, 4309), so the level a SET
/// reaches follows the gate voltage:
///   level  = d * slope * (V_gate - threshold) + landing_noise * n
///   SET    G = max(G, level)    a cell that conducts more already has less than compliance_volt across it
///   RESET  G = min(G, reset * exp(reset_spread * n))
/// n is standard normal for every pulse; d is log-normal, drawn once per cell. Conductances are in microsiemens.
struct GateControlledConfig {
  double threshold_volt = 0.66;               ///< gate voltage at which a SET reaches nothing
  double slope_microsiemens_per_volt = 70.0;  ///< rise of the level with the gate voltage
  double landing_noise_microsiemens = 0.0;    ///< standard deviation of the level from pulse to pulse
  double device_to_device = 0.0;              ///< standard deviation of ln d
  double compliance_volt = 0.4;               ///< across the cell when its growth ends; the current is this times level
  double reset_microsiemens = 6.0;            ///< median of what a RESET leaves
  double reset_spread = 0.0;                  ///< standard deviation of its logarithm from pulse to pulse
};

/// The gate voltage at which the level of a cell with d = 1 is `microsiemens` on average.
inline double gate_volt_of_level(const GateControlledConfig& config, double microsiemens) {
  return config.threshold_volt + microsiemens / config.slope_microsiemens_per_volt;
}

}  // namespace palimpsest
