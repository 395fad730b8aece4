#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/physics/gate_controlled.hpp"
#include "models/physics/retention.hpp"

namespace palimpsest {

/// A cell that every pulse moves towards a limit by a step that shrinks as the limit comes near (soft bound, as in
/// the memristor models of Fusi & Abbott 2007 and aihwkit's SoftBoundsDevice):
///   SET    G += set_step * a * d_set * (1 + cycle_to_cycle * n) * (limit_high - G) / (limit_high - limit_low)
///   RESET  G -= reset_step * a * d_reset * (1 + cycle_to_cycle * n) * (G - limit_low) / (limit_high - limit_low)
/// n is standard normal for every pulse, d_set and d_reset are log-normal, drawn once per cell. Ions drift by thermally
/// activated hops that the field helps, so the step grows exponentially with the pulse's amplitude (Strukov & Williams
/// 2009): a = exp((V - nominal volt) / volts_per_e_fold), V the voltage across the cell.
struct SoftBoundConfig {
  double set_step_microsiemens = 0.0;    ///< mean step of a SET pulse at the low limit
  double reset_step_microsiemens = 0.0;  ///< mean step of a RESET pulse at the high limit
  double set_nominal_volt = 1.5;         ///< amplitude across the cell that gives the SET step
  double reset_nominal_volt = 1.5;       ///< the same for the RESET step
  double volts_per_e_fold = 0.15;        ///< rise of the amplitude that multiplies a step by e
  double cycle_to_cycle = 0.0;           ///< standard deviation of a step, relative to its mean
  double device_to_device = 0.0;         ///< standard deviation of ln d
};

/// How pulses move a cell.
enum class CellUpdate { soft_bound, gate_controlled };

/// A 1T1R resistive-memory cell. Conductances are in microsiemens throughout. The state G, limits, steps and levels are
/// the resistive element's own; window, targets and reads see it through the access transistor.
struct CellConfig {
  double window_low_microsiemens = 10.0;   ///< smallest conductance a weight is mapped to, as read
  double window_high_microsiemens = 80.0;  ///< largest
  double limit_low_microsiemens = 5.0;     ///< where RESET stops having an effect
  double limit_high_microsiemens = 90.0;   ///< where SET stops having an effect
  CellUpdate update = CellUpdate::soft_bound;
  SoftBoundConfig soft_bound;
  GateControlledConfig gate_controlled;
  double read_noise = 0.0;                  ///< standard deviation of a read, relative to the conductance
  double access_transistor_ohm = 0.0;       ///< in series with the cell
  double endurance_cycles = 30'000.0;       ///< SET/RESET cycles shown without failure
  std::optional<double> nonlinearity_volt;  ///< V0 of a current G V0 sinh(V / V0); empty: linear
  RetentionConfig retention;
};

/// The voltage that a linear cell would need for the current of a cell with I = G' V0 sinh(volt / V0), where G' is such
/// that both conduct alike at `verify_volt` (> 0), at which conductances are read when they are written.
double conducting_volt(double volt, double nonlinearity_volt, double verify_volt);

/// The fixed traits of one cell: its own steps, or levels of a SET, relative to the mean. A stuck cell has 0.
struct CellTraits {
  float set_factor = 1.0F;
  float reset_factor = 1.0F;
};

/// Whether no pulse moves a cell.
inline bool is_stuck(const CellTraits& traits) { return traits.set_factor == 0.0F && traits.reset_factor == 0.0F; }

/// Traits of working cells, functions of the seed and the cell's number among all, which is `unit` more than those of
/// `cells` (less than 2^24 each).
std::vector<CellTraits> draw_traits(const CellConfig& config, std::uint64_t seed, std::uint64_t unit,
                                    const std::vector<std::uint32_t>& cells);

}  // namespace palimpsest
