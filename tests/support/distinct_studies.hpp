#pragma once

#include <optional>

#include "sim/run/noise_study.hpp"
#include "sim/run/nonideality_study.hpp"
#include "sim/run/programming_study.hpp"

namespace palimpsest::test {

/// Shares that are never alike, as they are printed too.
class Shares {
 public:
  double next() { return static_cast<double>(++number_) / 1000.0; }
  Outcome outcome() { return {{next(), next(), next(), next(), next()}, {}, {}}; }
  OutcomeSpread spread() { return {outcome(), outcome(), outcome(), outcome()}; }

 private:
  int number_ = 0;
};

/// One phase, two sigmas.
inline NoiseStudy noise_study_of(Shares& shares) {
  NoiseStudy made;
  made.settings.sigmas_microsiemens = {2.0, 4.0};
  made.phases.resize(1);
  for (NoisyMethod* method : {&made.phases[0].hybrid, &made.phases[0].rewrite})
    *method = {shares.outcome(), {shares.spread(), shares.spread()}};
  return made;
}

/// Two phases, two variants.
inline NonidealityStudy nonideality_study_of(Shares& shares) {
  NonidealityStudy made;
  made.architecture = "chip";
  made.trace = "net";
  made.settings = {11, 13, 86'400.0};
  made.phases = {"learn", "unlearn"};
  made.float_outcomes = {shares.outcome(), shares.outcome()};
  made.variants = {{"none", "nothing", {shares.spread(), shares.spread()}, 0.25},
                   {"all", "everything", {shares.spread(), shares.spread()}, 0.75}};
  return made;
}

/// One point of the curve, one cell, one map, two levels of single shots. No two figures are alike.
inline ProgrammingReport programming_report() {
  ProgrammingReport made;
  made.architecture = "chip";
  made.energy_table = "table";
  made.resistive_memory = "cell";
  made.retention = "ageing";
  made.seed = 5;
  made.tolerance_microsiemens = 1.5;
  made.window_low_microsiemens = 10.0;
  made.window_high_microsiemens = 80.0;
  made.curve.push_back({2.5, 101, 102, 103.5, 104.5, 105, 106, 107, 108, 109e-12, 110e-9});
  CellTrajectory path;
  path.target = 33.5;
  path.start = 6.5;
  path.pulses = {{true, 1.25, 30.5, 0.75}, {false, 1.75, 20.5, std::nullopt}, {true, 1.5, 34.5, 0.875}};
  made.trajectories = {path};
  ProgrammedMap map;
  map.name = "UL";
  map.target = Eigen::MatrixXd::Constant(1, 1, 20.25);
  map.programmed = Eigen::MatrixXd::Constant(1, 1, 21.75);
  map.error = Eigen::MatrixXd::Constant(1, 1, 1.5);
  map.rms_error = 0.625;
  map.largest_error = 0.875;
  map.writes.cells = 201;
  map.writes.failed = 202;
  map.writes.set_pulses = 203;
  map.writes.reset_pulses = 204;
  map.writes.verify_reads = 205;
  map.writes.forming_pulses = 206;
  map.energy_joule = 207e-9;
  map.seconds = 208e-6;
  made.maps = {map};
  made.single_shots = SingleShots{
      {{0.5, 11.25, 1.125, 12.25, 2.125}, {0.75, 29.25, 3.125, 30.25, 4.125}}, 70.5, 0.97, 3.25, 4.25, 0.55};
  return made;
}

}  // namespace palimpsest::test
