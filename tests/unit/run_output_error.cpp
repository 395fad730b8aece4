#include <Eigen/Core>
#include <catch2/catch.hpp>

#include "sim/run/outcome_tally.hpp"

using namespace palimpsest;

namespace {

/// Two outputs for each of four test samples, of which the phase has the last three.
Trace with_targets() {
  Trace trace;
  trace.task = TaskKind::regress;
  trace.targets.resize(4, 2);
  trace.targets << 100.0F, 100.0F,  //
      1.0F, 10.0F,                  //
      2.0F, 10.0F,                  //
      3.0F, 40.0F;
  return trace;
}

Phase phase() {
  Phase made;
  made.samples = {1, 2, 3};
  return made;
}

Eigen::MatrixXf outputs() {
  Eigen::MatrixXf made(3, 2);
  made << 1.5F, 10.0F,  //
      2.0F, 7.0F,       //
      2.0F, 44.0F;
  return made;
}

}  // namespace

TEST_CASE("Errors against targets are those worked out by hand") {
  const Trace trace = with_targets();
  const Phase made = phase();
  ErrorTally tally(trace, made);
  tally.add(0, outputs().topRows(1));
  tally.add(1, outputs().bottomRows(2));
  const OutputError error = tally.error();
  // Errors 0.5, 0; 0, -3; -1, 4.
  CHECK(error.mean_squared == Approx((0.25 + 9.0 + 1.0 + 16.0) / 6.0).epsilon(1e-14));
  CHECK(error.mean_absolute == Approx(8.5 / 6.0).epsilon(1e-14));
  CHECK(error.largest_absolute == 4.0);
  // Means 2 and 20: squared deviations of the targets 1 + 0 + 1 and 100 + 100 + 400.
  CHECK(error.r_squared == Approx(1.0 - 26.25 / 602.0).epsilon(1e-14));
}

TEST_CASE("Targets that do not vary have no R^2, and nothing has no error") {
  Trace trace = with_targets();
  trace.targets.rowwise() = trace.targets.row(1).eval();
  const Phase made = phase();
  ErrorTally tally(trace, made);
  CHECK_FALSE(tally.error().mean_squared.has_value());
  CHECK_FALSE(tally.error().r_squared.has_value());
  tally.add(0, outputs());
  CHECK_FALSE(tally.error().r_squared.has_value());
  CHECK(tally.error().mean_squared.has_value());
}

TEST_CASE("A mean of the targets as answer has an R^2 of zero, the targets themselves one of 1") {
  const Trace trace = with_targets();
  const Phase made = phase();
  Eigen::MatrixXf mean(3, 2);
  mean.col(0).setConstant(2.0F);
  mean.col(1).setConstant(20.0F);
  ErrorTally of_mean(trace, made);
  of_mean.add(0, mean);
  CHECK(of_mean.error().r_squared == Approx(0.0).margin(1e-14));
  ErrorTally exact(trace, made);
  exact.add(0, trace.targets.bottomRows(3));
  CHECK(exact.error().r_squared == 1.0);
  CHECK(exact.error().mean_squared == 0.0);
}

TEST_CASE("Deviations are relative to the float network's outputs, whatever parts they come in") {
  Eigen::MatrixXf reference(3, 2);
  reference << 3.0F, 0.0F,  //
      0.0F, -4.0F,          //
      0.0F, 0.0F;
  Eigen::MatrixXf given = reference;
  given(0, 1) = 1.0F;
  given(1, 1) = -6.0F;
  DeviationTally tally(reference);
  CHECK_FALSE(tally.deviation().largest.has_value());
  tally.add(0, given.topRows(2));
  tally.add(2, given.bottomRows(1));
  CHECK(tally.deviation().root_mean_square == Approx(std::sqrt((1.0 + 4.0) / 25.0)).epsilon(1e-14));
  CHECK(tally.deviation().largest == 0.5);
}

TEST_CASE("Outputs that are all zero have no relative deviation") {
  const Eigen::MatrixXf zero = Eigen::MatrixXf::Zero(3, 2);
  DeviationTally tally(zero);
  tally.add(0, outputs());
  CHECK_FALSE(tally.deviation().root_mean_square.has_value());
  CHECK_FALSE(tally.deviation().largest.has_value());
}

TEST_CASE("An outcome has what its task is judged by and nothing else") {
  Trace trace = with_targets();
  const Phase made = phase();
  const Eigen::MatrixXf reference = outputs();
  const Outcome regress = float_outcome(trace, made, reference);
  CHECK(regress.mean_absolute == Approx(8.5 / 6.0));
  CHECK(regress.root_mean_square == 0.0);
  CHECK_FALSE(regress.all.has_value());
  trace.task = TaskKind::score;
  const Outcome score = float_outcome(trace, made, reference);
  CHECK(score.root_mean_square == 0.0);
  CHECK(score.largest == 0.0);
  CHECK_FALSE(score.all.has_value());
  CHECK_FALSE(score.mean_absolute.has_value());
  trace.task = TaskKind::classify;
  trace.labels = {0, 1, 1, 1};
  const Outcome classify = float_outcome(trace, made, reference);
  CHECK(classify.all == 1.0);
  CHECK_FALSE(classify.mean_absolute.has_value());
  CHECK(classify.largest == 0.0);
}
