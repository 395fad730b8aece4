#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/physics/write_verify_simd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <array>
#include <cstring>

#include "models/physics/access_transistor.hpp"
#include "models/physics/cell_draws-inl.hpp"
#include "models/physics/cell_writes.hpp"
#include "models/physics/pulse_schedule-inl.hpp"
#include "models/physics/units.hpp"
#include "models/physics/verify-inl.hpp"
#include "models/physics/write_verify_simd.hpp"
#include "models/physics/writing_lanes.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

HWY_INLINE std::uint32_t bits_of(CellMask mask) {
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(in_lanes, mask, bytes);
  std::uint32_t bits = 0;
  std::memcpy(&bits, bytes, sizeof bits);
  return bits;
}

/// Writes the cells of a batch. Lanes whose cells are done take the next ones.
template <class Pulse, class Schedule>
class BatchWriter {
 public:
  BatchWriter(const CellConfig& cell, const WriteVerifyConfig& config, const WriteKey& key, const CellBatch& batch,
              bool with_pulses, CellWrites& writes)
      : series_(cell),
        verify_(cell, config),
        pulse_(cell),
        schedule_(config.pulse),
        draws_(key.seed, RandomPurpose::write_pulses, key.unit, key.step),
        maximum_cycles_(config.maximum_cycles),
        pulses_(config.pulse),
        ohm_(cell.access_transistor_ohm),
        joule_scale_(config.pulse_ns * nano),
        with_pulses_(with_pulses),
        batch_(batch),
        writes_(writes) {}

  void write() {
    prepare();
    // Two groups of lanes, so that one can be computed while the other waits.
    std::array<WritingLanes, 2> groups{};
    for (WritingLanes& group : groups) {
      for (std::size_t lane = 0; lane < hn::Lanes(in_lanes); ++lane) begin(group, lane);
    }
    while ((groups[0].live | groups[1].live) != 0) {
      for (WritingLanes& group : groups) {
        if (group.live == 0) continue;
        std::uint32_t accepted = 0;
        std::uint32_t done = two_rounds(group, accepted) & group.live;
        for (; done != 0; done &= done - 1) {
          const auto lane = static_cast<std::size_t>(__builtin_ctz(done));
          end(group, lane, ((accepted >> lane) & 1U) != 0);
          begin(group, lane);
        }
      }
    }
  }

 private:
  /// What is the same for all rounds of a cell.
  void prepare() {
    const std::size_t lanes = hn::Lanes(in_lanes);
    const std::size_t padded = (batch_.size() + lanes - 1) / lanes * lanes;
    for (std::vector<float>* values : {&share_, &plainly_off_, &further_reads_, &hold_reads_}) values->resize(padded);
    alignas(64) float conductance[most_cell_lanes] = {};
    alignas(64) float target[most_cell_lanes] = {};
    alignas(64) float tolerance[most_cell_lanes] = {};
    alignas(64) float rewritten[most_cell_lanes] = {};
    for (std::size_t first = 0; first < padded; first += lanes) {
      for (std::size_t lane = 0; lane < lanes && first + lane < batch_.size(); ++lane) {
        conductance[lane] = batch_.conductances[first + lane];
        target[lane] = batch_.targets[first + lane];
        tolerance[lane] = batch_.tolerances[first + lane];
        rewritten[lane] = static_cast<float>(batch_.rewritten[first + lane]);
      }
      const VerifyPlanLanes plan =
          verify_.plan(hn::Load(in_lanes, target), hn::Load(in_lanes, tolerance), hn::Load(in_lanes, rewritten));
      hn::StoreU(series_.share(hn::Load(in_lanes, conductance)), in_lanes, &share_[first]);
      hn::StoreU(plan.plainly_off, in_lanes, &plainly_off_[first]);
      hn::StoreU(plan.further_reads, in_lanes, &further_reads_[first]);
      hn::StoreU(plan.hold_reads, in_lanes, &hold_reads_[first]);
    }
    writes_.cells.resize(batch_.size());
    if (with_pulses_) writes_.pulses.resize(batch_.size());
  }

  /// Takes the next cell into a lane, or leaves it idle.
  void begin(WritingLanes& group, std::size_t lane) {
    const bool idle = next_ == batch_.size();
    group.live = idle ? group.live & ~(1U << lane) : group.live | (1U << lane);
    group.idle[lane] = idle ? ~0U : 0U;
    // An idle lane computes on with what it has, to no effect.
    if (idle) return;
    const std::size_t place = next_++;
    group.place[lane] = static_cast<std::uint32_t>(place);
    group.cell[lane] = batch_.cells[place];
    group.conductance[lane] = batch_.conductances[place];
    group.share[lane] = share_[place];
    group.target[lane] = batch_.targets[place];
    group.tolerance[lane] = batch_.tolerances[place];
    group.plainly_off[lane] = plainly_off_[place];
    group.further_reads[lane] = further_reads_[place];
    group.hold_reads[lane] = hold_reads_[place];
    group.set_factor[lane] = batch_.traits[place].set_factor;
    group.reset_factor[lane] = batch_.traits[place].reset_factor;
    group.steps[lane] = group.last_set[lane] = 0.0F;
    group.charge[lane] = group.energy[lane] = group.verified[lane] = 0.0F;
    group.charge_before[lane] = group.energy_before[lane] = group.verified_before[lane] = 0.0;
    group.block[lane] = group.pulses[lane] = group.directions[lane] = 0;
    group.next_direction[lane] = 1;
    group.full_words[lane].clear();
  }

  void end(WritingLanes& group, std::size_t lane, bool converged) {
    group.fill_word(lane);
    WrittenCell& written = writes_.cells[group.place[lane]];
    written.conductance = group.conductance[lane];
    written.converged = converged;
    written.pulses = group.pulses[lane];
    written.charge_coulomb = group.charge_before[lane] * micro * joule_scale_;
    written.energy_joule = group.energy_before[lane] * micro * joule_scale_;
    written.verified_microsiemens = group.verified_before[lane];
    written.first_direction = writes_.directions.size();
    writes_.directions.insert(writes_.directions.end(), group.full_words[lane].begin(), group.full_words[lane].end());
  }

  /// Verify and pulse, twice, of all lanes; gives the lanes that are done. Rounds 2 b and 2 b + 1 of a cell take block
  /// b of its draws.
  HWY_INLINE std::uint32_t two_rounds(WritingLanes& group, std::uint32_t& accepted) {
    const CellWords cell = hn::Load(in_words, group.cell);
    const CellWords block = hn::Load(in_words, group.block);
    hn::Store(hn::Add(block, words_of(1)), in_words, group.block);
    CellValues normals[4];
    draws_.draw(cell, block, normals);
    CellMask done = hn::RebindMask(in_lanes, hn::Ne(hn::Load(in_words, group.idle), hn::Zero(in_words)));
    CellMask good = hn::Eq(in_all(0.0F), in_all(1.0F));
    round(group, cell, normals[0], normals[1], done, good);
    round(group, cell, normals[2], normals[3], done, good);
    accepted = bits_of(good);
    const CellMask full = hn::AndNot(
        done, hn::RebindMask(in_lanes, hn::Eq(hn::Load(in_words, group.next_direction), hn::Zero(in_words))));
    for (std::uint32_t lanes = bits_of(full); lanes != 0; lanes &= lanes - 1)
      group.fill_word(static_cast<std::size_t>(__builtin_ctz(lanes)));
    return bits_of(done);
  }

  HWY_INLINE void round(WritingLanes& group, CellWords cell, CellValues read_normal, CellValues pulse_normal,
                        CellMask& done, CellMask& good) {
    const CellValues conductance = hn::Load(in_lanes, group.conductance);
    const CellValues share = hn::Load(in_lanes, group.share);
    const CellValues target = hn::Load(in_lanes, group.target);
    const CellValues tolerance = hn::Load(in_lanes, group.tolerance);
    const CellWords pulses = hn::Load(in_words, group.pulses);
    const VerifyPlanLanes plan{hn::Load(in_lanes, group.plainly_off), hn::Load(in_lanes, group.further_reads),
                               hn::Load(in_lanes, group.hold_reads)};
    const CellValues seen = hn::Mul(conductance, share);
    VerifiedLanes result = verify_.first_read(seen, target, tolerance, read_normal);
    const CellMask open_at_first = hn::RebindMask(in_lanes, hn::Eq(pulses, hn::Zero(in_words)));
    const CellMask more = hn::AndNot(done, hn::Or(verify_.wants_average(result, target, plan),
                                                  hn::And(open_at_first, verify_.wants_hold(result, target, plan))));
    if (!hn::AllFalse(in_lanes, more)) read_further(group, cell, pulses, open_at_first, seen, plan, done, result);
    hn::Store(fused_multiply_add(hn::IfThenZeroElse(done, result.reads), seen, hn::Load(in_lanes, group.verified)),
              in_lanes, group.verified);
    good = hn::Or(good, hn::AndNot(done, result.accepted));
    const CellMask given_up = hn::RebindMask(in_lanes, hn::Eq(pulses, words_of(maximum_cycles_)));
    done = hn::Or(done, hn::Or(result.accepted, given_up));

    const CellMask set = hn::Lt(result.mean, target);
    const CellValues steps = hn::Load(in_lanes, group.steps);
    const CellValues last_set = hn::Load(in_lanes, group.last_set);
    const ScheduledLanes scheduled = schedule_.next(set, {in_all(0.0F), in_all(0.0F), steps, last_set, steps});
    const PulseEffectLanes after =
        pulse_({set, conductance, share, scheduled.volt, scheduled.gate_volt, hn::Load(in_lanes, group.set_factor),
                hn::Load(in_lanes, group.reset_factor), pulse_normal});
    const CellValues current = hn::IfThenZeroElse(done, after.microampere);
    hn::Store(hn::Add(hn::Load(in_lanes, group.charge), current), in_lanes, group.charge);
    hn::Store(fused_multiply_add(current, scheduled.volt, hn::Load(in_lanes, group.energy)), in_lanes, group.energy);
    hn::Store(hn::IfThenElse(done, conductance, after.conductance), in_lanes, group.conductance);
    hn::Store(hn::IfThenElse(done, share, after.share), in_lanes, group.share);
    hn::Store(scheduled.steps, in_lanes, group.steps);
    hn::Store(scheduled.last_set, in_lanes, group.last_set);
    const auto pulsed = hn::RebindMask(in_words, hn::Not(done));
    const CellWords bit = hn::Load(in_words, group.next_direction);
    const CellWords directions = hn::Load(in_words, group.directions);
    hn::Store(hn::Or(directions, hn::IfThenElseZero(hn::And(pulsed, hn::RebindMask(in_words, set)), bit)), in_words,
              group.directions);
    hn::Store(hn::IfThenElse(pulsed, hn::Add(bit, bit), bit), in_words, group.next_direction);
    hn::Store(hn::Add(pulses, hn::IfThenElseZero(pulsed, words_of(1))), in_words, group.pulses);
    if (with_pulses_) tell_pulses(group, done, set, scheduled, after);
  }

  /// Verifies that one read does not decide. Those of round r take block 2^31 + r.
  HWY_NOINLINE void read_further(WritingLanes& group, CellWords cell, CellWords round, CellMask open_at_first,
                                 CellValues seen, const VerifyPlanLanes& plan, CellMask done, VerifiedLanes& result) {
    const CellValues target = hn::Load(in_lanes, group.target);
    const CellValues tolerance = hn::Load(in_lanes, group.tolerance);
    constexpr std::uint32_t first_block = 0x80000000U;
    CellValues normals[2];
    draws_.draw(cell, hn::Add(round, words_of(first_block)), normals);
    result = verify_.averaged(verify_.wants_average(result, target, plan), result, seen, target, tolerance, plan,
                              normals[0]);
    const CellMask hold = hn::And(open_at_first, verify_.wants_hold(result, target, plan));
    result = verify_.held(hold, result, seen, target, tolerance, plan, normals[1]);
    alignas(64) float reads[most_cell_lanes];
    hn::Store(result.reads, in_lanes, reads);
    const CellMask several = hn::AndNot(done, hn::Gt(result.reads, in_all(1.0F)));
    for (std::uint32_t lanes = bits_of(several); lanes != 0; lanes &= lanes - 1) {
      const auto lane = static_cast<std::size_t>(__builtin_ctz(lanes));
      writes_.further_reads.push_back({group.place[lane], group.pulses[lane], static_cast<std::uint32_t>(reads[lane])});
    }
  }

  HWY_NOINLINE void tell_pulses(const WritingLanes& group, CellMask done, CellMask set, const ScheduledLanes& scheduled,
                                const PulseEffectLanes& after) {
    alignas(64) float steps[most_cell_lanes];
    alignas(64) float conductance[most_cell_lanes];
    hn::Store(scheduled.risen, in_lanes, steps);
    hn::Store(after.conductance, in_lanes, conductance);
    const std::uint32_t sets = bits_of(set);
    for (std::uint32_t lanes = bits_of(hn::Not(done)) & group.live; lanes != 0; lanes &= lanes - 1) {
      const auto lane = static_cast<std::size_t>(__builtin_ctz(lanes));
      const bool is_set = ((sets >> lane) & 1U) != 0;
      const PulseVoltages voltages = voltages_of(pulses_, is_set, static_cast<std::uint32_t>(steps[lane]));
      writes_.pulses[group.place[lane]].push_back(
          {is_set, voltages.volt, conductance_through(ohm_, double{conductance[lane]}), voltages.gate_volt});
    }
  }

  CellInSeries series_;
  Verify verify_;
  Pulse pulse_;
  Schedule schedule_;
  CellDraws draws_;
  std::uint32_t maximum_cycles_;
  const PulseConfig& pulses_;
  double ohm_;
  double joule_scale_;
  bool with_pulses_;
  const CellBatch& batch_;
  CellWrites& writes_;
  std::size_t next_ = 0;
  std::vector<float> share_;
  std::vector<float> plainly_off_;
  std::vector<float> further_reads_;
  std::vector<float> hold_reads_;
};

void write_verify(const CellConfig& cell, const WriteVerifyConfig& config, const WriteKey& key, const CellBatch& batch,
                  bool with_pulses, CellWrites& writes) {
  switch (config.pulse.schedule) {
    case PulseSchedule::fixed:
      BatchWriter<SoftBoundPulse, FixedPulses>(cell, config, key, batch, with_pulses, writes).write();
      break;
    case PulseSchedule::stepped:
      BatchWriter<SoftBoundPulse, SteppedPulses>(cell, config, key, batch, with_pulses, writes).write();
      break;
    case PulseSchedule::gate_stepped:
      BatchWriter<GateControlledPulse, GateSteppedPulses>(cell, config, key, batch, with_pulses, writes).write();
      break;
  }
}

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace palimpsest {

HWY_EXPORT(write_verify);

void write_verify_in_lanes(const CellConfig& cell, const WriteVerifyConfig& config, const WriteKey& key,
                           const CellBatch& batch, bool with_pulses, CellWrites& writes) {
  HWY_DYNAMIC_DISPATCH(write_verify)(cell, config, key, batch, with_pulses, writes);
}

}  // namespace palimpsest

#endif
