#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/graph/spike_products.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/network/deployed_network.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/numpy_reference.hpp"
#include "tests/support/spiking_trace.hpp"

using namespace palimpsest;
using namespace palimpsest::test;
using nlohmann::json;
using Overrides = std::vector<Override>;

namespace {

Architecture chip(const Overrides& overrides) {
  std::vector<Override> all{{"/programmer/method", "exact"},
                            {"/resistive_memory/faults/stuck_low_share", "0"},
                            {"/resistive_memory/read_noise", "0"},
                            {"/tile/tia/noise_volt", "0"},
                            {"/tile/adc/noise_volt", "0"}};
  all.insert(all.end(), overrides.begin(), overrides.end());
  return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", all);
}

std::vector<bool> products_of(const Network& network) {
  const std::vector<bool> spikes = spike_products(network);
  std::vector<bool> products;
  for (std::size_t number = 0; number < spikes.size(); ++number) {
    if (network.executions()[number].operation->array_product() != nullptr) products.push_back(spikes[number]);
  }
  return products;
}

/// The spiking trace's network, evaluated once on all samples, with tables for its loads.
struct Evaluated {
  Architecture architecture;
  Trace trace = read_spiking_trace();
  TileMap map;
  DrivenLineTables driven;
  Activity activity;
  Eigen::MatrixXf scores;
  Program program;

  explicit Evaluated(const Overrides& overrides, bool sample_by_sample = false)
      : architecture(chip(overrides)), map(map_to_tiles(trace.network, architecture)) {
    ResistiveArrays arrays(architecture, map, 1);
    const WeightSet& weights = trace.weights.at("learned");
    arrays.write(weights);
    const Tensor input = network_input(trace.network, trace.test);
    const DeployedNetwork deployed(architecture, trace.network, map, arrays, weights, {}, input, 1);
    const ProgramContext context{architecture, trace.network, map};
    program = inference_program(context, {}, spiking_samples);
    attach_driven_lines(context, program, driven);
    if (!sample_by_sample) {
      scores = deployed.evaluate(input, 0, 0, activity, nullptr, driven);
      return;
    }
    const Eigen::Index rows = trace.network.input().rows();
    for (std::uint32_t sample = 0; sample < spiking_samples; ++sample)
      deployed.evaluate(input.middleRows(sample * rows, rows), 0, sample, activity, nullptr, driven);
  }

  std::uint32_t group(const std::string& weight) const {
    return map.group_of[map.weights[map.number_of(weight)].tiles.front()];
  }
};

std::uint64_t sum(const std::vector<std::uint32_t>& counts) {
  std::uint64_t all = 0;
  for (const std::uint32_t count : counts) all += count;
  return all;
}

/// Spikes that layer `back` reads: those of the step before, none in the first.
std::uint64_t heard_spikes() {
  const std::vector<std::uint32_t> given = spikes_of_neurons();
  std::uint64_t heard = 0;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (i % spiking_steps + 1 < spiking_steps) heard += given[i];
  }
  return heard;
}

}  // namespace

TEST_CASE("Products of an input of spikes, of neurons' spikes and of copies of these are products of spikes") {
  const Trace trace = read_spiking_trace();
  // Three steps of `in` and `back`, whose first state is zeros, and `head`, which reads a mean.
  CHECK(products_of(trace.network) == std::vector<bool>{true, true, true, true, true, true, false});

  NetworkBuilder builder({2, 4});
  const auto spikes =
      builder.add("lif", {builder.linear(0, 4, "a"), 0}, {{"leak", 0.5}, {"threshold", 1.0}, {"reset", "zero"}});
  const auto turned = builder.transpose(spikes);
  builder.linear(turned, 3, "b");
  builder.linear(builder.transpose(spikes + 1), 3, "c");
  builder.linear(builder.add("concatenate", {spikes, spikes}, {{"axis", 1}}), 3, "d");
  builder.linear(builder.add("concatenate", {spikes, spikes + 1}, {{"axis", 1}}), 3, "e");
  builder.linear(builder.relu(spikes), 3, "f");
  CHECK(products_of(builder.network()) == std::vector<bool>{false, true, false, true, false, false});
}

TEST_CASE("The rate of spikes and the lines without one are those of a hand-made simulation") {
  const Evaluated run(Overrides{});
  CHECK(largest_difference(run.scores, run.trace.phases[0].hybrid.reference) < 0.05F);
  const std::uint64_t steps = std::uint64_t{spiking_samples} * spiking_steps;
  const ProductInputs& in = run.activity.inputs.at("in");
  CHECK(in.codes == steps * spiking_channels);
  CHECK(in.active == sum(spikes_of_inputs()));
  const ProductInputs& back = run.activity.inputs.at("back");
  CHECK(back.codes == steps * spiking_neurons);
  CHECK(back.active == heard_spikes());
  CHECK(back.spikes);
  CHECK(back.gated);
  CHECK_FALSE(run.activity.inputs.at("head").spikes);
  CHECK_FALSE(run.activity.inputs.at("head").gated);
  CHECK(run.activity.undriven_spikes == in.codes - in.active + back.codes - back.active);
  CHECK(run.activity.undriven_codes == 0);
  CHECK(run.driven.empty());
}

TEST_CASE("What is gated changes no value, and without gating spikes are codes") {
  const Evaluated gated(Overrides{});
  const Evaluated all(Overrides{{"/tile/dac/gated_inputs", "all"}});
  const Evaluated none(Overrides{{"/tile/dac/gated_inputs", "none"}});
  CHECK(identical(gated.scores, none.scores));
  CHECK(identical(gated.scores, all.scores));
  CHECK(none.activity.undriven_spikes + none.activity.undriven_codes == 0);
  CHECK(none.activity.inputs.at("back").active == heard_spikes());
  CHECK(none.activity.inputs.at("back").spikes);
  CHECK_FALSE(none.activity.inputs.at("back").gated);
  const ProductInputs& head = all.activity.inputs.at("head");
  CHECK(all.activity.undriven_codes == head.codes - head.active);
  CHECK(all.activity.undriven_codes > 0);
  CHECK(all.activity.undriven_spikes == gated.activity.undriven_spikes);
}

TEST_CASE("A spike is read as one, whatever margin its storage has") {
  const Evaluated run(Overrides{{"/calibration/margin", "2"}});
  CHECK(largest_difference(run.scores, run.trace.phases[0].hybrid.reference) < 0.1F);
}

TEST_CASE("The loads of a sample are the same whoever is evaluated with it, one for each pass") {
  const Overrides overrides{
      {"/tile/dac/load", "driven_lines"}, {"/tile/dac/gated_inputs", "all"}, {"/tile/mapping/inputs", "bit_serial"}};
  const Evaluated together(overrides);
  const Evaluated apart(overrides, true);
  REQUIRE(together.driven.size() == apart.driven.size());
  std::size_t of_several_passes = 0;
  for (const auto& [place, table] : together.driven) {
    CHECK(apart.driven.at(place)->lines == table->lines);
    CHECK(table->lines.size() == std::size_t{table->samples} * table->vectors * table->passes);
    if (table->passes == 8) ++of_several_passes;
  }
  CHECK(of_several_passes == 1);
}

TEST_CASE("The same lines carry spikes in every input encoding, in one pass") {
  const Evaluated bipolar(Overrides{});
  for (const char* inputs : {"two_pass", "bit_serial"}) {
    const Evaluated other(Overrides{{"/tile/mapping/inputs", inputs}});
    CHECK(other.activity.inputs.at("back").active == bipolar.activity.inputs.at("back").active);
    CHECK(other.activity.undriven_spikes == bipolar.activity.undriven_spikes);
  }
}

TEST_CASE("Evaluation tells DAC banks the lines that each sample drives at each step") {
  const Evaluated run(Overrides{{"/tile/dac/load", "driven_lines"}});
  const std::vector<std::uint32_t> inputs = spikes_of_inputs();
  const std::vector<std::uint32_t> neurons = spikes_of_neurons();
  std::uint32_t step_of_in = 0;
  std::uint32_t step_of_back = 0;
  for (const Step& step : run.program.steps) {
    const auto* job = std::get_if<TileJob>(&step.job);
    if (job == nullptr) continue;
    CHECK((job->driven != nullptr) == job->spikes);
    if (!job->spikes) continue;
    const bool is_in = step.tile_group == run.group("in");
    const std::uint32_t at = is_in ? step_of_in++ : step_of_back++;
    for (std::uint32_t sample = 0; sample < spiking_samples; ++sample) {
      const std::uint32_t place = sample * spiking_steps + at;
      const std::uint32_t expected = is_in ? inputs[place] : at == 0 ? 0 : neurons[place - 1];
      CHECK(job->driven->at(sample, 0, 0) == expected);
    }
  }
  CHECK(step_of_in == spiking_steps);
  CHECK(step_of_back == spiking_steps);
  CHECK(driven_line_bytes(run.architecture, run.trace.network, spiking_samples) == 4.0 * spiking_samples * 7);
}

TEST_CASE(
    "Of a group of tiles the table has the one that drives most, whatever the number of tiles beside each other") {
  const Evaluated run(Overrides{{"/tile/dac/load", "driven_lines"},
                                {"/tile/rows", "3"},
                                {"/tile/columns", "2"},
                                {"/programmer/parallel_cells", "2"}});
  // Two channels a tile: of sample 1, steps 1,1,0,1 / 0,0,1,0 / 1,0,0,1.
  std::vector<std::uint32_t> most;
  for (const Step& step : run.program.steps) {
    const auto* job = std::get_if<TileJob>(&step.job);
    if (job == nullptr || step.tile_group != run.group("in")) continue;
    CHECK(job->most_driven_lines == 2);
    most.push_back(job->driven->at(1, 0, 0));
  }
  CHECK(most == std::vector<std::uint32_t>{2, 1, 1});
  // Each output column is a tile of its own that drives the same lines again.
  const std::uint64_t outputs = spiking_neurons;
  const ProductInputs& in = run.activity.inputs.at("in");
  const ProductInputs& back = run.activity.inputs.at("back");
  CHECK(run.activity.undriven_spikes == outputs * (in.codes - in.active) + outputs * (back.codes - back.active));
}
