// Included once for each kind of processor.
#if defined(PALIMPSEST_VERIFY_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PALIMPSEST_VERIFY_INL
#undef PALIMPSEST_VERIFY_INL
#else
#define PALIMPSEST_VERIFY_INL
#endif

#include <hwy/highway.h>

#include "models/physics/write_pulse-inl.hpp"
#include "models/physics/write_verify.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

/// Reads that the verifies of a cell take, as far as it is known before.
struct VerifyPlanLanes {
  CellValues plainly_off;    ///< distance of a first read from the target that decides alone, microsiemens
  CellValues further_reads;  ///< that are averaged with another first read
  CellValues hold_reads;     ///< of the first verify of a rewritten cell that would refuse it; 0: it takes no more
};

/// Mean of the reads that a verify took.
struct VerifiedLanes {
  CellValues mean;
  CellValues reads;
  CellMask accepted;
};

class Verify {
 public:
  Verify(const CellConfig& cell, const WriteVerifyConfig& config)
      : noise_(static_cast<float>(cell.read_noise)),
        circuit_variance_(
            static_cast<float>(config.verify_circuit_noise_microsiemens * config.verify_circuit_noise_microsiemens)),
        deviations_(static_cast<float>(config.verify_deviations)) {}

  /// `rewritten`: 1 for cells that were written to a target before, otherwise 0.
  HWY_INLINE VerifyPlanLanes plan(CellValues target, CellValues tolerance, CellValues rewritten) const {
    const CellValues deviations = in_all(deviations_);
    const CellValues of_cell = hn::Mul(deviations, hn::Mul(in_all(noise_), target));
    const CellValues of_both = hn::Mul(deviations, read_deviation(target));
    const CellValues for_both = hn::Min(reads_for(of_both, tolerance), in_all(most_circuit_reads));
    const CellValues averaged =
        hn::Min(hn::Max(reads_for(of_cell, tolerance), for_both), in_all(static_cast<float>(most_verify_reads)));
    // As many reads as tell a quarter of the tolerance.
    const CellValues hold = hn::Mul(rewritten, reads_for(hn::Mul(in_all(4.0F), of_both), tolerance));
    return {hn::Add(tolerance, of_both), hn::Sub(averaged, in_all(1.0F)),
            hn::IfThenElseZero(hn::Gt(of_both, in_all(0.0F)), hold)};
  }

  HWY_INLINE VerifiedLanes first_read(CellValues seen, CellValues target, CellValues tolerance,
                                      CellValues normal) const {
    const CellValues mean = fused_multiply_add(read_deviation(seen), normal, seen);
    return {mean, in_all(1.0F), hn::Le(distance(mean, target), tolerance)};
  }

  /// Which cells are read further.
  HWY_INLINE CellMask wants_average(const VerifiedLanes& first, CellValues target, const VerifyPlanLanes& plan) const {
    return hn::And(hn::Gt(plan.further_reads, in_all(0.0F)), hn::Le(distance(first.mean, target), plan.plainly_off));
  }

  /// Of `cells`, that a verify refuses with these reads and that were not pulsed yet, those that are read again.
  HWY_INLINE CellMask wants_hold(const VerifiedLanes& result, CellValues target, const VerifyPlanLanes& plan) const {
    return hn::And(hn::AndNot(result.accepted, hn::Gt(plan.hold_reads, in_all(0.0F))),
                   hn::Le(distance(result.mean, target), plan.plainly_off));
  }

  HWY_INLINE VerifiedLanes averaged(CellMask cells, const VerifiedLanes& first, CellValues seen, CellValues target,
                                    CellValues tolerance, const VerifyPlanLanes& plan, CellValues normal) const {
    VerifiedLanes result = with_more(cells, first, plan.further_reads, seen, normal);
    result.accepted = hn::Le(distance(result.mean, target), tolerance);
    return result;
  }

  HWY_INLINE VerifiedLanes held(CellMask cells, const VerifiedLanes& before, CellValues seen, CellValues target,
                                CellValues tolerance, const VerifyPlanLanes& plan, CellValues normal) const {
    const CellValues more = hn::Min(hn::Max(hn::Sub(plan.hold_reads, before.reads), in_all(1.0F)),
                                    in_all(static_cast<float>(most_verify_reads)));
    VerifiedLanes result = with_more(cells, before, more, seen, normal);
    const CellValues deviations = hn::Sub(plan.plainly_off, tolerance);
    const CellValues edge = hn::Add(tolerance, hn::Div(deviations, hn::Sqrt(result.reads)));
    result.accepted = hn::Or(before.accepted, hn::And(cells, hn::Le(distance(result.mean, target), edge)));
    return result;
  }

 private:
  // A circuit that wants more is too fast or too coarse for the tolerance; its cells are then written badly, as real
  // ones would be.
  static constexpr float most_circuit_reads = 64.0F;

  static HWY_INLINE CellValues distance(CellValues mean, CellValues target) { return hn::Abs(hn::Sub(mean, target)); }

  HWY_INLINE CellValues read_deviation(CellValues seen) const {
    const CellValues of_cell = hn::Mul(in_all(noise_), seen);
    return hn::Sqrt(fused_multiply_add(of_cell, of_cell, in_all(circuit_variance_)));
  }

  /// Reads of which the mean has `deviation` (of so many standard deviations of one read) within the tolerance.
  static HWY_INLINE CellValues reads_for(CellValues deviation, CellValues tolerance) {
    constexpr float beyond_bounds = 1e3F;
    const CellValues ratio = hn::Min(hn::Div(deviation, tolerance), in_all(beyond_bounds));
    const CellValues square = hn::Mul(ratio, ratio);
    const CellValues whole = nearest_whole(square);
    const CellValues up = hn::Add(whole, hn::IfThenElseZero(hn::Lt(whole, square), in_all(1.0F)));
    return hn::IfThenElse(hn::Gt(deviation, in_all(0.0F)), hn::Max(up, in_all(1.0F)), in_all(1.0F));
  }

  /// The mean of independent normal reads is normal.
  HWY_INLINE VerifiedLanes with_more(CellMask cells, const VerifiedLanes& before, CellValues more, CellValues seen,
                                     CellValues normal) const {
    const CellValues reads = hn::Add(before.reads, more);
    const CellValues of_mean = hn::Div(read_deviation(seen), hn::Sqrt(more));
    const CellValues others = fused_multiply_add(of_mean, normal, seen);
    const CellValues sum = fused_multiply_add(more, others, hn::Mul(before.reads, before.mean));
    return {hn::IfThenElse(cells, hn::Div(sum, reads), before.mean), hn::IfThenElse(cells, reads, before.reads),
            before.accepted};
  }

  float noise_;
  float circuit_variance_;  ///< of a read, square microsiemens
  float deviations_;        ///< WriteVerifyConfig::verify_deviations
};

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
