// Included once for each kind of processor.
#if defined(PALIMPSEST_WRITE_PULSE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PALIMPSEST_WRITE_PULSE_INL
#undef PALIMPSEST_WRITE_PULSE_INL
#else
#define PALIMPSEST_WRITE_PULSE_INL
#endif

#include <hwy/highway.h>

#include "models/physics/cell.hpp"
#include "models/physics/simd/exponential-inl.hpp"
#include "models/physics/simd/fused-inl.hpp"
#include "models/physics/units.hpp"
#include "models/physics/writing_lanes.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

using CellLanes = hn::CappedTag<float, most_cell_lanes>;
using CellValues = hn::Vec<CellLanes>;
using CellMask = hn::Mask<CellLanes>;

inline constexpr CellLanes in_lanes{};

HWY_INLINE CellValues in_all(float value) { return hn::Set(in_lanes, value); }

/// What of a cell's own conductance is seen through its transistor, and where it ends; in single precision, as all that
/// the lanes take from a configuration.
struct CellInSeries {
  explicit CellInSeries(const CellConfig& cell)
      : ohm(static_cast<float>(cell.access_transistor_ohm * micro)),
        low(static_cast<float>(cell.limit_low_microsiemens)),
        high(static_cast<float>(cell.limit_high_microsiemens)) {}

  /// 1 / (1 + G R): what a read sees of a cell of G, relative to it, and the share of a voltage that the cell gets.
  HWY_INLINE CellValues share(CellValues conductance) const {
    return hn::Div(in_all(1.0F), fused_multiply_add(conductance, in_all(ohm), in_all(1.0F)));
  }

  HWY_INLINE CellValues inside_limits(CellValues conductance) const {
    return hn::Min(hn::Max(conductance, in_all(low)), in_all(high));
  }

  float ohm;  ///< times a microsiemens
  float low;
  float high;
};

/// Cells before a pulse, and the pulse. Of a stuck cell both factors are 0.
struct PulsedLanes {
  CellMask set;
  CellValues conductance;
  CellValues share;  ///< CellInSeries::share of it
  CellValues volt;
  CellValues gate_volt;
  CellValues set_factor;
  CellValues reset_factor;
  CellValues normal;  ///< drawn for the pulse
};

/// After it.
struct PulseEffectLanes {
  CellValues conductance;
  CellValues share;
  CellValues microampere;  ///< through cell and transistor while the pulse lasts
};

/// A soft-bound cell's pulse (SoftBoundConfig). The current is V g, g as read before it.
class SoftBoundPulse {
 public:
  explicit SoftBoundPulse(const CellConfig& config)
      : cell_(config),
        set_step_(static_cast<float>(config.soft_bound.set_step_microsiemens / range(config))),
        reset_step_(static_cast<float>(config.soft_bound.reset_step_microsiemens / range(config))),
        set_nominal_volt_(static_cast<float>(config.soft_bound.set_nominal_volt)),
        reset_nominal_volt_(static_cast<float>(config.soft_bound.reset_nominal_volt)),
        e_folds_per_volt_(static_cast<float>(1.0 / config.soft_bound.volts_per_e_fold)),
        cycle_to_cycle_(static_cast<float>(config.soft_bound.cycle_to_cycle)) {}

  HWY_INLINE PulseEffectLanes operator()(const PulsedLanes& before) const {
    const CellValues nominal = hn::IfThenElse(before.set, in_all(set_nominal_volt_), in_all(reset_nominal_volt_));
    const CellValues over = hn::Sub(hn::Mul(before.volt, before.share), nominal);
    const CellValues growth = exponential(hn::Mul(over, in_all(e_folds_per_volt_)));
    const CellValues own = hn::IfThenElse(before.set, hn::Mul(before.set_factor, in_all(set_step_)),
                                          hn::Mul(before.reset_factor, in_all(reset_step_)));
    const CellValues step =
        hn::Mul(hn::Mul(own, growth), fused_multiply_add(in_all(cycle_to_cycle_), before.normal, in_all(1.0F)));
    const CellValues limit = hn::IfThenElse(before.set, in_all(cell_.high), in_all(cell_.low));
    const CellValues gap = hn::Sub(limit, before.conductance);
    PulseEffectLanes after;
    after.conductance = cell_.inside_limits(fused_multiply_add(step, gap, before.conductance));
    after.share = cell_.share(after.conductance);
    after.microampere = hn::Mul(before.volt, hn::Mul(before.conductance, before.share));
    return after;
  }

 private:
  static double range(const CellConfig& config) {
    return config.limit_high_microsiemens - config.limit_low_microsiemens;
  }

  CellInSeries cell_;
  float set_step_;  ///< of the range between the limits
  float reset_step_;
  float set_nominal_volt_;
  float reset_nominal_volt_;
  float e_folds_per_volt_;
  float cycle_to_cycle_;
};

/// A gate-controlled cell's pulse (GateControlledConfig). The current of a RESET is V g, g as read before it; that of a
/// SET is limited by the transistor, to compliance_volt times the level that the pulse reaches, and by the cell, to
/// V g, g as read after it. A stuck cell takes current, as a cell whose factor is 1, and does not move.
class GateControlledPulse {
 public:
  explicit GateControlledPulse(const CellConfig& config)
      : cell_(config),
        threshold_volt_(static_cast<float>(config.gate_controlled.threshold_volt)),
        slope_(static_cast<float>(config.gate_controlled.slope_microsiemens_per_volt)),
        landing_noise_(static_cast<float>(config.gate_controlled.landing_noise_microsiemens)),
        compliance_volt_(static_cast<float>(config.gate_controlled.compliance_volt)),
        reset_(static_cast<float>(config.gate_controlled.reset_microsiemens)),
        reset_spread_(static_cast<float>(config.gate_controlled.reset_spread)) {}

  HWY_INLINE PulseEffectLanes operator()(const PulsedLanes& before) const {
    const CellMask stuck = hn::Eq(before.set_factor, in_all(0.0F));
    const CellValues slope = hn::Mul(hn::IfThenElse(stuck, in_all(1.0F), before.set_factor), in_all(slope_));
    const CellValues landing = hn::Mul(in_all(landing_noise_), before.normal);
    const CellValues level =
        hn::Max(fused_multiply_add(slope, hn::Sub(before.gate_volt, in_all(threshold_volt_)), landing), in_all(0.0F));
    const CellValues left = hn::Mul(in_all(reset_), exponential(hn::Mul(in_all(reset_spread_), before.normal)));
    const CellValues set = hn::Max(before.conductance, cell_.inside_limits(level));
    const CellValues reset = hn::Min(before.conductance, cell_.inside_limits(left));
    PulseEffectLanes after;
    after.conductance = hn::IfThenElse(stuck, before.conductance, hn::IfThenElse(before.set, set, reset));
    after.share = cell_.share(after.conductance);
    const CellValues of_transistor = hn::Mul(in_all(compliance_volt_), level);
    const CellValues of_cell_after = hn::Mul(before.volt, hn::Mul(after.conductance, after.share));
    const CellValues of_cell_before = hn::Mul(before.volt, hn::Mul(before.conductance, before.share));
    after.microampere = hn::IfThenElse(before.set, hn::Min(of_transistor, of_cell_after), of_cell_before);
    return after;
  }

 private:
  CellInSeries cell_;
  float threshold_volt_;
  float slope_;
  float landing_noise_;
  float compliance_volt_;
  float reset_;
  float reset_spread_;
};

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
