#include <catch2/catch.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/run/nonideality_study.hpp"
#include "sim/run/outcome_spread.hpp"
#include "tests/support/chip_lives.hpp"
#include "tests/support/small_trace.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

Architecture chip(const std::vector<Override>& overrides = {}) {
  return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", overrides);
}

/// No draws at evaluation: what is left differs by what the arrays hold.
std::vector<Override> without_read_noise(std::vector<Override> more) {
  more.push_back({"/resistive_memory/read_noise", "0"});
  more.push_back({"/tile/tia/noise_volt", "0"});
  more.push_back({"/tile/adc/noise_volt", "0"});
  return more;
}

/// The small trace's second phase alone: an adapter is trained with the backbone in the arrays.
Trace adapter_phase(std::uint64_t steps) {
  Trace trace = read_small_trace();
  trace.phases.erase(trace.phases.begin());
  trace.phases[0].hybrid.training.at(0).steps = steps;
  return trace;
}

/// The small trace, and its first weights once more.
Trace there_and_back() {
  Trace trace = read_small_trace();
  Phase back = trace.phases[0];
  back.name = "back";
  trace.phases.push_back(back);
  return trace;
}

const std::vector<std::optional<double> Accuracy::*> all_accuracies{
    &Accuracy::all, &Accuracy::retain, &Accuracy::forget, &Accuracy::fresh, &Accuracy::forget_without_adapter};

}  // namespace

TEST_CASE("Twice the training steps disturb the cells as reads of twice the disturbance do") {
  const auto disturbed = [](double share) {
    Architecture architecture = chip(without_read_noise({}));
    architecture.resistive_memory.cell.retention.read_disturb_per_read = share;
    return architecture;
  };
  // Two reads leave (1 - d)^2 of the distance.
  constexpr double once = 1e-3;
  constexpr double twice = 2.0 * once - once * once;
  Stage stage(chip(), adapter_phase(1));
  const auto current_of = [&](std::uint64_t steps, double share) {
    return stage.live(disturbed(share), adapter_phase(steps), UpdateMethod::adapters)[0].activity.crossbar_joule;
  };
  const double expected = current_of(10, once);
  CHECK(current_of(5, twice) == Approx(expected).epsilon(1e-6));
  CHECK(current_of(5, once) < 0.99 * expected);
  // Nothing but training reads before the first evaluation.
  CHECK(current_of(0, once) == Approx(current_of(0, 0.0)).epsilon(1e-9));
}

TEST_CASE("Writing exactly at every step ends where writing at deployment does") {
  const auto writing = [](const std::string& update, const std::string& target) {
    return chip({{"/baselines/rm_rewrite/update", update},
                 {"/baselines/rm_rewrite/target", target},
                 {"/programmer/method", "exact"}});
  };
  Trace trace = there_and_back();
  // Weights that outgrow their layer's scale on the way.
  trace.weights.at("unlearned").at("channel.weight") *= 1.5F;
  Stage stage(chip(), trace);
  for (const std::string target : {"exact", "accumulated"}) {
    const auto at_deployment = stage.live(writing("at_deployment", target), trace, UpdateMethod::rm_rewrite);
    const auto every_step = stage.live(writing("every_step", target), trace, UpdateMethod::rm_rewrite);
    for (std::size_t phase = 0; phase < trace.phases.size(); ++phase) {
      INFO(target << ", " << trace.phases[phase].name);
      const PhaseFigures& one = at_deployment[phase];
      const PhaseFigures& other = every_step[phase];
      CHECK(other.activity.crossbar_joule == Approx(one.activity.crossbar_joule).epsilon(1e-6));
      CHECK(other.outcome.all == one.outcome.all);
      // The first phase is written at deployment either way.
      CHECK((other.deployment.writes.rm_cells == 0) == (phase > 0));
      CHECK(one.deployment.writes.rm_cells > 0);
      // What the arrays hold is read before it is added to, every cell once.
      const bool reads_back = phase > 0 && std::string(target) == "accumulated";
      CHECK(one.training.writes.rm_verify_reads == (reads_back ? at_deployment[0].deployment.writes.rm_cells : 0));
      CHECK((other.training.cycles == one.training.cycles) == (phase == 0));
      CHECK(other.training.writes.rm_clipped_weights + other.deployment.writes.rm_clipped_weights ==
            one.deployment.writes.rm_clipped_weights);
    }
    CHECK(at_deployment[1].deployment.writes.rm_clipped_weights > 0);
    CHECK(at_deployment[0].activity.crossbar_joule != Approx(at_deployment[1].activity.crossbar_joule).epsilon(1e-4));
  }
}

TEST_CASE("Two chips of the study are two runs with seeds one behind the other, read disturb and age included") {
  const Architecture architecture =
      chip(without_read_noise({{"/resistive_memory/faults/stuck_low_share", "0.05"},
                               {"/resistive_memory/retention/read_disturb_per_read", "3e-4"},
                               {"/resistive_memory/retention/exponent", "0.05"},
                               {"/resistive_memory/retention/exponent_spread", "0.05"}}));
  Trace trace = there_and_back();
  take_samples(trace, 200);
  constexpr double day_s = 86'400.0;
  Stage stage(architecture, trace);
  std::vector<std::vector<PhaseFigures>> runs;
  for (const std::uint64_t seed : {5U, 6U})
    runs.push_back(stage.live(architecture, trace, UpdateMethod::adapters, seed, day_s));

  NonidealitySettings settings;
  settings.seed = 5;
  settings.chips = 2;
  settings.age_seconds = day_s;
  const NonidealityStudy study = nonideality_study(architecture, trace, settings, 1);
  const ChipVariant& all = study.variants.back();
  REQUIRE(all.name == "all");
  for (std::size_t phase = 0; phase < trace.phases.size(); ++phase) {
    INFO(trace.phases[phase].name);
    const OutcomeSpread expected = spread_of({runs[0][phase].outcome, runs[1][phase].outcome});
    for (const auto accuracy : all_accuracies) {
      CHECK(all.phases[phase].smallest.*accuracy == expected.smallest.*accuracy);
      CHECK(all.phases[phase].largest.*accuracy == expected.largest.*accuracy);
      CHECK(all.phases[phase].mean.*accuracy == expected.mean.*accuracy);
    }
    CHECK(runs[0][phase].outcome.all != runs[1][phase].outcome.all);
    CHECK(study.float_outcomes[phase].all == runs[0][phase].float_outcome.all);
  }
}
