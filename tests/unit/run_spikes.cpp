#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/chip_lives.hpp"
#include "tests/support/spiking_trace.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

/// Without noise, so that the calibration samples, which are those of the test, give the same spikes.
Architecture chip(const std::vector<Override>& overrides = {}) {
  std::vector<Override> all{{"/resistive_memory/read_noise", "0"},
                            {"/tile/tia/noise_volt", "0"},
                            {"/tile/adc/noise_volt", "0"},
                            {"/training/backward_products", "digital"}};
  all.insert(all.end(), overrides.begin(), overrides.end());
  return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", all);
}

constexpr std::uint64_t spike_lines = spiking_steps * (spiking_channels + spiking_neurons);  // of a sample

std::uint64_t spikes_of(const PhaseFigures& phase) {
  return phase.activity.inputs.at("in").active + phase.activity.inputs.at("back").active;
}

double joule(const StageFigures& stage, const std::string& component) {
  for (const NamedEnergy& energy : stage.components) {
    if (energy.component == component) return energy.joule;
  }
  throw std::logic_error("no component " + component);
}

}  // namespace

TEST_CASE("Inference counts a DAC update and a word line for each spike, and training their share of its lines") {
  const Architecture gated = chip();
  const Trace trace = read_spiking_trace();
  Stage stage(gated, trace);
  const std::vector<PhaseFigures> phases = stage.live(gated, trace, UpdateMethod::adapters);
  for (const PhaseFigures& phase : phases) {
    CHECK(spikes_of(phase) > 0);
    CHECK(phase.inference.conversions.spike_updates == spikes_of(phase));
    CHECK(phase.inference.conversions.dac_updates == spiking_samples * spiking_neurons);
    const double of_line = gated.energy.word_line_farad_per_cell * gated.tile.crossbar.columns *
                           gated.tile.supply_volt * gated.tile.supply_volt;
    CHECK(joule(phase.inference, "word_lines") ==
          Approx(of_line * static_cast<double>(spikes_of(phase) + spiking_samples * spiking_neurons)));
  }
  // The backbone is trained in the LoRA unit. A step of the adapter's training takes 2 of the 4 samples.
  CHECK(phases[0].training.conversions.spike_updates == 0);
  const std::uint64_t undriven = spiking_samples * spike_lines - spikes_of(phases[1]);
  const std::uint64_t of_step = 2 * spike_lines - (undriven + 1) / 2;
  CHECK(phases[1].training.conversions.spike_updates == 5 * of_step);
  CHECK(phases[1].training.conversions.dac_updates == 5 * 2 * spiking_neurons);
}

TEST_CASE("Without gated lines every line is driven with a code, and all else is as it was") {
  const Architecture gated = chip();
  const Architecture ungated = chip({{"/tile/dac/gated_inputs", "none"}});
  const Trace trace = read_spiking_trace();
  Stage stage(gated, trace);
  const PhaseFigures with = stage.live(gated, trace, UpdateMethod::adapters).back();
  const PhaseFigures without = stage.live(ungated, trace, UpdateMethod::adapters).back();
  CHECK(without.inference.conversions.spike_updates == 0);
  CHECK(without.inference.conversions.dac_updates == spiking_samples * (spike_lines + spiking_neurons));
  CHECK(joule(with.inference, "dac") < joule(without.inference, "dac"));
  CHECK(joule(with.inference, "word_lines") < joule(without.inference, "word_lines"));
  CHECK(joule(with.inference, "crossbar") == joule(without.inference, "crossbar"));
  CHECK(joule(with.inference, "sram") == joule(without.inference, "sram"));
  CHECK(with.outcome.all == without.outcome.all);
  CHECK(with.outcome.root_mean_square == without.outcome.root_mean_square);
}
