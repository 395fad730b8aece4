#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "tests/support/chip_lives.hpp"
#include "tests/support/spiking_trace.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

Architecture chip(const char* load) {
  return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json",
                           {{"/tile/dac/load_width_bits", "1"},
                            {"/tile/rows", "8"},
                            {"/sequencer/samples_in_flight", "1"},
                            {"/tile/dac/load", load}});
}

/// The trace with no input spike in any of its samples.
Trace silent(Trace trace) {
  std::fill(trace.test.values.begin(), trace.test.values.end(), std::uint8_t{0});
  const Tensor input = network_input(trace.network, trace.test);
  for (Phase& phase : trace.phases) {
    for (Method* method : {&phase.hybrid, &phase.rewrite}) {
      method->reference =
          float_scores(trace.network, trace.weights.at(method->weights), adapters_of(trace, *method), input);
    }
  }
  return trace;
}

}  // namespace

TEST_CASE("Fewer spikes take less energy, and less time only where driven lines alone are loaded") {
  const Trace trace = read_spiking_trace();
  const Trace no_spikes = silent(trace);
  const Architecture all_lines = chip("all_lines");
  Stage stage(all_lines, trace);
  const StageFigures loud = stage.live(all_lines, trace, UpdateMethod::adapters).front().inference;
  const StageFigures quiet = stage.live(all_lines, no_spikes, UpdateMethod::adapters).front().inference;
  CHECK(quiet.conversions.spike_updates == 0);
  CHECK(loud.conversions.spike_updates > 0);
  CHECK(active_energy_joule(quiet) < active_energy_joule(loud));
  CHECK(quiet.cycles == loud.cycles);
}

TEST_CASE("Loads of driven lines are shorter the fewer there are, and never longer than those of all lines") {
  const Trace trace = read_spiking_trace();
  const Trace no_spikes = silent(trace);
  const Architecture all_lines = chip("all_lines");
  const Architecture driven_lines = chip("driven_lines");
  Stage stage(driven_lines, trace);
  const PhaseFigures all = stage.live(all_lines, trace, UpdateMethod::adapters).front();
  const PhaseFigures loud = stage.live(driven_lines, trace, UpdateMethod::adapters).front();
  const PhaseFigures quiet = stage.live(driven_lines, no_spikes, UpdateMethod::adapters).front();
  CHECK(loud.inference.cycles < all.inference.cycles);
  CHECK(quiet.inference.cycles < loud.inference.cycles);
  CHECK(quiet.latency_seconds < loud.latency_seconds);
  CHECK(loud.latency_seconds < all.latency_seconds);
  CHECK(loud.inference.conversions.spike_updates == all.inference.conversions.spike_updates);
  CHECK(loud.training.cycles == all.training.cycles);
}
