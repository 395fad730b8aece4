#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "sim/run/figures.hpp"

using namespace palimpsest;

namespace {

/// Components over many orders of magnitude, as those of a chip.
std::vector<NamedEnergy> components(std::uint64_t seed) {
  RandomStream stream(seed, RandomPurpose::read_noise, 0, 0);
  std::vector<NamedEnergy> energies;
  for (std::size_t i = 0; i < component_count; ++i) {
    energies.push_back({component_descriptions()[i].name, std::pow(10.0, -15.0 + 14.0 * stream.uniform())});
  }
  return energies;
}

double plain_sum(const std::vector<NamedEnergy>& energies) {
  return std::accumulate(energies.begin(), energies.end(), 0.0,
                         [](double sum, const NamedEnergy& energy) { return sum + energy.joule; });
}

}  // namespace

TEST_CASE("A stage's components sum to its energy exactly, in every order") {
  std::mt19937 order(1);
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    StageFigures stage;
    set_energy(stage, components(seed));
    for (int shuffle = 0; shuffle < 20; ++shuffle) {
      std::shuffle(stage.components.begin(), stage.components.end(), order);
      REQUIRE(plain_sum(stage.components) == stage.energy_joule);
    }
  }
}

TEST_CASE("Partial sums of a stage's components are exact, so groups of them sum up too") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    StageFigures stage;
    set_energy(stage, components(seed));
    const std::vector<NamedEnergy> first(stage.components.begin(), stage.components.begin() + 5);
    const std::vector<NamedEnergy> rest(stage.components.begin() + 5, stage.components.end());
    REQUIRE(plain_sum(first) + plain_sum(rest) == stage.energy_joule);
  }
}

TEST_CASE("Making sums exact moves a component by less than 1e-15 of the total") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::vector<NamedEnergy> before = components(seed);
    StageFigures stage;
    set_energy(stage, before);
    REQUIRE(stage.components.size() == before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
      REQUIRE(stage.components[i].component == before[i].component);
      REQUIRE(std::abs(stage.components[i].joule - before[i].joule) < 1e-15 * stage.energy_joule);
    }
    REQUIRE(stage.energy_joule == Approx(plain_sum(before)).epsilon(1e-14));
  }
}

TEST_CASE("Components that already sum exactly are left as they are") {
  StageFigures once;
  set_energy(once, components(3));
  StageFigures twice;
  set_energy(twice, once.components);
  CHECK(twice.energy_joule == once.energy_joule);
  for (std::size_t i = 0; i < once.components.size(); ++i) {
    CHECK(twice.components[i].joule == once.components[i].joule);
  }
}

TEST_CASE("The parts of a stage and their components sum to its energy exactly, in every order") {
  std::mt19937 order(2);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    StageFigures stage;
    stage.components = components(0);
    std::vector<StageFigures> parts(7);
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i].components = components(100 * seed + i);
    std::vector<StageFigures*> places;
    for (StageFigures& part : parts) places.push_back(&part);
    set_energy(stage, places);
    for (int shuffle = 0; shuffle < 10; ++shuffle) {
      double sum = 0.0;
      for (const StageFigures* part : places) sum += part->energy_joule;
      REQUIRE(sum == stage.energy_joule);
      REQUIRE(plain_sum(stage.components) == stage.energy_joule);
      std::shuffle(places.begin(), places.end(), order);
      std::shuffle(stage.components.begin(), stage.components.end(), order);
    }
    for (const StageFigures& part : parts) REQUIRE(plain_sum(part.components) == part.energy_joule);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      REQUIRE(std::abs(parts[i].energy_joule - plain_sum(components(100 * seed + i))) < 1e-14 * stage.energy_joule);
    }
  }
}

TEST_CASE("A stage whose parts have no energy has none") {
  StageFigures stage;
  stage.components = components(3);
  StageFigures part;
  part.components = components(3);
  for (NamedEnergy& component : part.components) component.joule = 0.0;
  set_energy(stage, std::vector<StageFigures*>{&part});
  CHECK(stage.energy_joule == 0.0);
  CHECK(plain_sum(stage.components) == 0.0);
}

TEST_CASE("Work of training runs adds up over the runs, part by part") {
  PhaseFigures figures;
  figures.training_runs.push_back({"", 20, 4, {1.0, 10, 0.1}, {2.0, 20, 0.2}, {4.0, 40, 0.4}});
  figures.training_runs.push_back({"forget", 5, 2, {8.0, 80, 0.8}, {16.0, 160, 1.6}, {32.0, 320, 3.2}});
  CHECK(figures.steps() == 25);
  CHECK(figures.sample_passes() == 90);
  CHECK(figures.training_runs[0].whole().energy_joule == 7.0);
  CHECK(figures.training_runs[0].whole().cycles == 70);
  CHECK(figures.training_runs[0].whole().seconds == Approx(0.7));
  const TrainingPart backward = sum_of_runs(figures, &TrainingRunFigures::backward);
  CHECK(backward.energy_joule == 18.0);
  CHECK(backward.cycles == 180);
  CHECK(backward.seconds == Approx(1.8));
}

TEST_CASE("A stage without energy keeps its components at zero") {
  StageFigures stage;
  stage.energy_joule = 5.0;
  set_energy(stage, {{"dac", 0.0}, {"adc", 0.0}});
  CHECK(stage.energy_joule == 0.0);
  REQUIRE(stage.components.size() == 2);
  CHECK(stage.components[0].component == "dac");
  CHECK(stage.components[1].joule == 0.0);
}

TEST_CASE("Wear is told of the most pulsed cell and of the mean cell") {
  ArrayWear arrays;
  arrays.add_cell(100.0, 2.0F, 50, 10, 30.0);
  arrays.add_cell(100.0, 2.0F, 0, 0, 0.0);
  arrays.add_cell(100.0, 0.5F, 250, 0, 10.0);
  const Wear wear = wear_figures(arrays, 100.0);
  CHECK(wear.cells == 3);
  CHECK(wear.largest_pulse_count == 250);
  CHECK(wear.mean_pulse_count == 100.0);
  CHECK(wear.endurance_share == 1.25);
  CHECK(wear.cells_past_endurance == 1);
  CHECK(wear.rounds_left == 0U);
  CHECK(wear.least_rounds_left == 0U);
  CHECK(wear.mean_age_seconds == 20.0);
}

TEST_CASE("New arrays have no wear and no end") {
  ArrayWear arrays;
  arrays.add_cell(100.0, 2.0F, 0, 0, 0.0);
  const Wear wear = wear_figures(arrays, 100.0);
  CHECK(wear.mean_pulse_count == 0.0);
  CHECK(wear.mean_age_seconds == 0.0);
  CHECK_FALSE(wear.rounds_left.has_value());
  CHECK_FALSE(wear.least_rounds_left.has_value());
}

TEST_CASE("Active energy is the sum of all components but leakage and static power") {
  StageFigures stage;
  set_energy(stage, components(7));
  double expected = 0.0;
  for (const NamedEnergy& energy : stage.components) {
    if (energy.component != "leakage" && energy.component != "static_power") expected += energy.joule;
  }
  CHECK(active_energy_joule(stage) == expected);
  CHECK(active_energy_joule(stage) < stage.energy_joule);
  StageFigures gpu;
  set_energy(gpu, {{"gpu_busy", 2.0}, {"gpu_launch", 1.0}});
  CHECK(active_energy_joule(gpu) == 3.0);
}
