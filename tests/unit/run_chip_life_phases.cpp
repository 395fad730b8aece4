#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "models/physics/sensing.hpp"
#include "tests/support/chip_lives.hpp"
#include "tests/support/small_trace.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

Architecture chip(const std::vector<Override>& overrides = {}) {
  return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", overrides);
}

double joule(const StageFigures& stage, const std::string& component) {
  for (const NamedEnergy& energy : stage.components) {
    if (energy.component == component) return energy.joule;
  }
  throw std::logic_error("no component " + component);
}

/// The small trace with its second phase twice: then nothing changes.
Trace nothing_new() {
  Trace trace = read_small_trace();
  trace.phases.push_back(trace.phases.back());
  return trace;
}

}  // namespace

TEST_CASE("A deployment brings what the chip does not hold, and nothing where it holds all") {
  const Trace trace = nothing_new();
  Stage stage(chip(), trace);
  const auto hybrid = stage.live(chip(), trace, UpdateMethod::adapters);
  // Weights of 9 + 20 + 15 with references, a gain of 4 and a bias of 5, a byte each.
  CHECK(hybrid[0].deployment.writes.rm_cells == 4 * 4 + 5 * 6 + 6 * 4);
  CHECK(hybrid[0].deployment.writes.sram_words == 1 + 2);
  // A of 2 x 4 and 2 x 5, B of 5 x 2 and 3 x 2, a byte each.
  CHECK(hybrid[1].deployment.writes.rm_cells == 0);
  CHECK(hybrid[1].deployment.writes.sram_words == 2 * 1 + 2 * 2 + 5 + 3);
  CHECK(hybrid[2].deployment.cycles == 0);
  CHECK(hybrid[2].deployment.energy_joule == 0.0);
  const auto rewrite = stage.live(chip(), trace, UpdateMethod::rm_rewrite);
  CHECK(rewrite[1].deployment.writes.rm_cells > 0);
  CHECK(rewrite[1].deployment.writes.sram_words == 1 + 2);
  CHECK(rewrite[2].deployment.writes.sram_words == 0);
}

TEST_CASE("A stage's conversions and writes are told by their kinds") {
  const Architecture two_pass = chip({{"/tile/mapping/inputs", "two_pass"}});
  const Trace trace = read_small_trace();
  Stage stage(two_pass, trace);
  const PhaseFigures phase = stage.live(two_pass, trace, UpdateMethod::adapters).at(0);
  // 6 samples, two passes: products of 3 x 3 on 4 rows, 4 x 5 on 3 rows and 5 x 3 on one.
  CHECK(phase.inference.conversions.dac_updates == 6 * 2 * (4 * 3 + 3 * 4 + 5));
  CHECK(phase.inference.conversions.adc_conversions == 6 * 2 * (4 * 3 + 3 * 5 + 3));
  CHECK(phase.inference.conversions.shift_adds == phase.inference.conversions.adc_conversions);
  const Architecture few_adds = chip({{"/tile/mapping/inputs", "bipolar"}});
  CHECK(stage.live(few_adds, trace, UpdateMethod::adapters).at(0).inference.conversions.shift_adds == 0);

  const TileMap map = map_to_tiles(trace.network, two_pass);
  ResistiveArrays arrays(two_pass, map, 1);
  Writes expected;
  for (const ArrayWrite& write : arrays.write(trace.weights.at("learned"))) {
    expected.rm_failed_cells += write.failed_cells;
    expected.rm_cells += write.rounds.cells;
    expected.rm_set_pulses += write.rounds.set_pulses;
    expected.rm_reset_pulses += write.rounds.reset_pulses;
    expected.rm_verify_reads += write.rounds.verify_reads();
  }
  const Writes& writes = phase.deployment.writes;
  CHECK(writes.rm_cells == expected.rm_cells);
  CHECK(writes.rm_set_pulses == expected.rm_set_pulses);
  CHECK(writes.rm_reset_pulses == expected.rm_reset_pulses);
  CHECK(writes.rm_verify_reads == expected.rm_verify_reads);
  CHECK(writes.rm_failed_cells == expected.rm_failed_cells);
  CHECK(writes.rm_forming_pulses == 0);
  CHECK(writes.rm_set_pulses != writes.rm_reset_pulses);
}

TEST_CASE("A phase's updates are those of all steps of its runs") {
  const Trace trace = read_small_trace();
  Stage stage(chip(), trace);
  constexpr std::uint64_t backbone = 4 + 9 + 20 + 5 + 15;
  constexpr std::uint64_t pairs = 2 * (4 + 5) + 2 * (5 + 3);
  const auto hybrid = stage.live(chip(), trace, UpdateMethod::adapters);
  CHECK(hybrid[0].updates == backbone * 20);
  CHECK(hybrid[1].updates == pairs * 5);
  CHECK(stage.live(chip(), trace, UpdateMethod::rm_rewrite)[1].updates == backbone * 20);
}

TEST_CASE("Phases of the same network draw read noise of their own") {
  const Trace trace = nothing_new();
  Stage stage(chip(), trace);
  const auto noisy = stage.live(chip(), trace, UpdateMethod::adapters);
  CHECK(noisy[1].activity.crossbar_joule != noisy[2].activity.crossbar_joule);
  const Architecture quiet =
      chip({{"/resistive_memory/read_noise", "0"}, {"/tile/tia/noise_volt", "0"}, {"/tile/adc/noise_volt", "0"}});
  const auto silent = stage.live(quiet, trace, UpdateMethod::adapters);
  CHECK(silent[1].activity.crossbar_joule == silent[2].activity.crossbar_joule);
}

TEST_CASE("Products of training are priced at the gradients' bits, those of inference at the LoRA unit's") {
  const Trace trace = read_small_trace();
  Stage stage(chip(), trace);
  const auto with_bits = [&](const char* field, const char* bits) {
    return stage.live(chip({{field, bits}}), trace, UpdateMethod::adapters).at(1);
  };
  const PhaseFigures shipped = stage.live(chip(), trace, UpdateMethod::adapters).at(1);
  const PhaseFigures coarse_unit = with_bits("/lora_unit/bits", "4");
  const PhaseFigures coarse_gradients = with_bits("/training/gradient_bits", "8");
  CHECK(joule(coarse_unit.training, "lora_unit") == Approx(joule(shipped.training, "lora_unit")).epsilon(1e-9));
  CHECK(joule(coarse_unit.inference, "lora_unit") < 0.6 * joule(shipped.inference, "lora_unit"));
  CHECK(joule(coarse_gradients.training, "lora_unit") < 0.6 * joule(shipped.training, "lora_unit"));
  CHECK(joule(coarse_gradients.inference, "lora_unit") == Approx(joule(shipped.inference, "lora_unit")).epsilon(1e-9));
}

TEST_CASE("A training step's currents are those of its samples, forward as in inference and transposed") {
  const Architecture quiet =
      chip({{"/resistive_memory/read_noise", "0"}, {"/tile/tia/noise_volt", "0"}, {"/tile/adc/noise_volt", "0"}});
  // The phase in which an adapter is trained with the backbone in the arrays, evaluated on the calibration samples.
  Trace trace = read_small_trace();
  trace.phases.erase(trace.phases.begin());
  trace.phases[0].samples = {0, 1, 2, 3};
  trace.phases[0].hybrid.reference.conservativeResize(4, Eigen::NoChange);
  REQUIRE(trace.calibration.samples == 4);
  TrainingRun& run = trace.phases[0].hybrid.training.at(0);
  run.steps = 7;
  run.batch_size = 3;
  constexpr double passes = 7 * 3;

  Stage stage(quiet, trace);
  const PhaseFigures phase = stage.live(quiet, trace, UpdateMethod::adapters).at(0);
  const TileMap map = map_to_tiles(trace.network, quiet);
  ResistiveArrays arrays(quiet, map, 1);
  arrays.write(trace.weights.at("learned"));
  // Backward only the head, one row, on the last tile: the adapter's first layer needs no gradient of its input.
  const ReadPower power = arrays.transposed_read_power(2);
  const double seconds = sensing_of(quiet.tile)->array_ns() * 1e-9;
  const double per_sample = phase.activity.crossbar_joule / 4.0;
  const double transposed = quiet.tile.supply_volt * power.supply_microampere * 1e-6 * seconds;
  CHECK(joule(phase.training, "crossbar") == Approx(passes * (per_sample + transposed)).epsilon(1e-6));
  CHECK(phase.training.dissipated.crossbar ==
        Approx(passes * (phase.activity.crossbar_dissipation_joule / 4.0 + power.dissipated_microwatt * 1e-6 * seconds))
            .epsilon(1e-6));
  CHECK(joule(phase.inference, "crossbar") == Approx(phase.activity.crossbar_joule).epsilon(1e-6));
  // With noise the calibration samples draw their own, and differ a little.
  const PhaseFigures noisy = stage.live(chip(), trace, UpdateMethod::adapters).at(0);
  const double forward = joule(noisy.training, "crossbar") - passes * transposed;
  CHECK(forward == Approx(passes * noisy.activity.crossbar_joule / 4.0).epsilon(0.05));
  CHECK(forward != Approx(passes * noisy.activity.crossbar_joule / 4.0).epsilon(1e-6));
}
