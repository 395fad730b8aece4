// Included once for each kind of processor.
#if defined(PALIMPSEST_PULSE_SCHEDULE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PALIMPSEST_PULSE_SCHEDULE_INL
#undef PALIMPSEST_PULSE_SCHEDULE_INL
#else
#define PALIMPSEST_PULSE_SCHEDULE_INL
#endif

#include <hwy/highway.h>

#include "models/physics/pulse_schedule.hpp"
#include "models/physics/write_pulse-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

/// Voltages of a pulse, and what is remembered of it for the next one: all 0 before the first.
struct ScheduledLanes {
  CellValues volt;
  CellValues gate_volt;
  CellValues steps;     ///< by which voltages have risen
  CellValues last_set;  ///< 1 after a SET
  CellValues risen;     ///< steps of this pulse's voltages
};

/// PulseSchedule::fixed.
class FixedPulses {
 public:
  explicit FixedPulses(const PulseConfig& config)
      : set_volt_(static_cast<float>(config.set_volt)), reset_volt_(static_cast<float>(config.reset_volt)) {}

  HWY_INLINE ScheduledLanes next(CellMask set, const ScheduledLanes& before) const {
    return {hn::IfThenElse(set, in_all(set_volt_), in_all(reset_volt_)), before.gate_volt, before.steps,
            before.last_set, before.steps};
  }

 private:
  float set_volt_;
  float reset_volt_;
};

/// PulseSchedule::stepped: an amplitude of min(start + k volt_step, largest_volt) after k pulses in the same direction,
/// the start again when it changes.
class SteppedPulses {
 public:
  explicit SteppedPulses(const PulseConfig& config)
      : set_volt_(static_cast<float>(config.set_volt)),
        reset_volt_(static_cast<float>(config.reset_volt)),
        volt_step_(static_cast<float>(config.volt_step)),
        largest_volt_(static_cast<float>(config.largest_volt)) {}

  HWY_INLINE ScheduledLanes next(CellMask set, const ScheduledLanes& before) const {
    const CellValues is_set = hn::IfThenElseZero(set, in_all(1.0F));
    const CellValues steps = hn::IfThenElseZero(hn::Eq(is_set, before.last_set), before.steps);
    const CellValues start = hn::IfThenElse(set, in_all(set_volt_), in_all(reset_volt_));
    return {hn::Min(fused_multiply_add(steps, in_all(volt_step_), start), in_all(largest_volt_)), before.gate_volt,
            hn::Add(steps, in_all(1.0F)), is_set, steps};
  }

 private:
  float set_volt_;
  float reset_volt_;
  float volt_step_;
  float largest_volt_;
};

/// PulseSchedule::gate_stepped: a gate voltage of min(gate_start_volt + k gate_step_volt, gate_largest_volt) for a SET,
/// k the SETs before it less `restart_steps` for each RESET, 0 at least and no more than it takes to the largest; a
/// RESET has the transistor fully on.
class GateSteppedPulses {
 public:
  explicit GateSteppedPulses(const PulseConfig& config)
      : set_volt_(static_cast<float>(config.set_volt)),
        reset_volt_(static_cast<float>(config.reset_volt)),
        start_volt_(static_cast<float>(config.gate_start_volt)),
        step_volt_(static_cast<float>(config.gate_step_volt)),
        largest_volt_(static_cast<float>(config.gate_largest_volt)),
        restart_steps_(static_cast<float>(config.restart_steps)),
        most_steps_(static_cast<float>(most_gate_steps(config))) {}

  HWY_INLINE ScheduledLanes next(CellMask set, const ScheduledLanes& before) const {
    const CellValues gate =
        hn::Min(fused_multiply_add(before.steps, in_all(step_volt_), in_all(start_volt_)), in_all(largest_volt_));
    const CellValues risen = hn::Min(hn::Add(before.steps, in_all(1.0F)), in_all(most_steps_));
    const CellValues taken_back = hn::Max(hn::Sub(before.steps, in_all(restart_steps_)), in_all(0.0F));
    return {hn::IfThenElse(set, in_all(set_volt_), in_all(reset_volt_)), gate, hn::IfThenElse(set, risen, taken_back),
            before.last_set, before.steps};
  }

 private:
  float set_volt_;
  float reset_volt_;
  float start_volt_;
  float step_volt_;
  float largest_volt_;
  float restart_steps_;
  float most_steps_;
};

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
