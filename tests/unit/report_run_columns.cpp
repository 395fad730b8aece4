#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/config/duration.hpp"
#include "sim/report/number_format.hpp"
#include "sim/report/text_report.hpp"
#include "tests/support/printed_table.hpp"

using namespace palimpsest;
using test::PrintedTable;

namespace {

/// A report in which no two figures are alike, as they are printed too.
class DistinctReport {
 public:
  DistinctReport() {
    report_.phases.resize(1);
    PhaseReport& phase = report_.phases.front();
    phase.name = "learn";
    for (PhaseFigures* machine : {&phase.hybrid, &phase.rm_rewrite, &phase.gpu}) fill(*machine);
    phase.gpu_inference_at_peak_joule = joule();
  }

  const RunReport& report() const { return report_; }
  const PhaseReport& phase() const { return report_.phases.front(); }

 private:
  std::uint64_t count() { return 1000 + 7 * ++number_; }
  double joule() { return static_cast<double>(count()) * 1e-6; }
  double seconds() { return static_cast<double>(count()) * 1e-3; }
  double share() { return static_cast<double>(++number_) / 1000.0; }
  Outcome outcome() { return {{share(), share(), share(), share(), share()}, {}, {share(), share()}}; }
  TrainingPart part() { return {joule(), count(), seconds()}; }

  void fill(StageFigures& stage) {
    std::vector<NamedEnergy> components;
    for (const ComponentDescription& component : component_descriptions())
      components.push_back({component.name, joule()});
    set_energy(stage, std::move(components));
    stage.cycles = count();
    stage.seconds = seconds();
    stage.writes = {count(), count(), count(), count(), count(), count(), count(), count()};
  }

  void fill(PhaseFigures& machine) {
    for (StageFigures* stage : {&machine.training, &machine.deployment, &machine.inference}) fill(*stage);
    machine.training_runs.push_back({"mend", count(), static_cast<std::uint32_t>(count()), part(), part(), part()});
    machine.array_updates = part();
    machine.updates = count();
    machine.samples = count();
    machine.latency_seconds = seconds();
    machine.outcome = outcome();
    machine.float_outcome = outcome();
    machine.wear = {count(), count(), seconds(), share(), count(), count(), count(), seconds()};
  }

  std::uint64_t number_ = 0;
  RunReport report_;
};

struct NamedMachine {
  const char* name;
  const PhaseFigures& figures;
};

std::vector<NamedMachine> machines_of(const PhaseReport& phase) {
  return {{"hybrid", phase.hybrid}, {"RM rewrite", phase.rm_rewrite}, {"GPU", phase.gpu}};
}

double over(double total, std::uint64_t count) { return total / static_cast<double>(count); }

void check_accuracy(const PrintedTable& table, std::size_t row, const char* machine, const Accuracy& accuracy) {
  INFO(machine);
  CHECK(table.cell(row, "machine") == machine);
  CHECK(table.cell(row, "all") == percent(accuracy.all));
  CHECK(table.cell(row, "retain") == percent(accuracy.retain));
  CHECK(table.cell(row, "forget") == percent(accuracy.forget));
  CHECK(table.cell(row, "new") == percent(accuracy.fresh));
  CHECK(table.cell(row, "forget, no adapter") == percent(accuracy.forget_without_adapter));
}

}  // namespace

TEST_CASE("Every figure of a stage is printed under its own header") {
  const DistinctReport made;
  const PrintedTable table(text_report(made.report()), "stage");
  REQUIRE(table.rows() == 9);
  std::size_t row = 0;
  for (const auto& [name, member] : {std::pair{"training", &PhaseFigures::training},
                                     {"deployment", &PhaseFigures::deployment},
                                     {"inference", &PhaseFigures::inference}}) {
    for (const NamedMachine& machine : machines_of(made.phase())) {
      const StageFigures& stage = machine.figures.*member;
      INFO(name << ", " << machine.name);
      CHECK(table.cell(row, "stage") == (row % 3 == 0 ? name : ""));
      CHECK(table.cell(row, "machine") == machine.name);
      CHECK(table.cell(row, "energy") == engineering(stage.energy_joule, "J"));
      CHECK(table.cell(row, "time") == engineering(stage.seconds, "s"));
      const std::uint64_t samples = member == &PhaseFigures::training    ? machine.figures.sample_passes()
                                    : member == &PhaseFigures::inference ? machine.figures.samples
                                                                         : 0;
      const auto each = [samples](double total, const char* unit) {
        return samples == 0 ? "-" : engineering(total / static_cast<double>(samples), unit);
      };
      CHECK(table.cell(row, "energy per sample") == each(stage.energy_joule, "J"));
      CHECK(table.cell(row, "time per sample") == each(stage.seconds, "s"));
      CHECK(table.cell(row, "latency") ==
            (member == &PhaseFigures::inference ? engineering(machine.figures.latency_seconds, "s") : "-"));
      CHECK(table.cell(row, "cycles") == grouped(stage.cycles));
      CHECK(table.cell(row, "RM cells") == grouped(stage.writes.rm_cells));
      CHECK(table.cell(row, "forming") == grouped(stage.writes.rm_forming_pulses));
      CHECK(table.cell(row, "SET") == grouped(stage.writes.rm_set_pulses));
      CHECK(table.cell(row, "RESET") == grouped(stage.writes.rm_reset_pulses));
      CHECK(table.cell(row, "verify") == grouped(stage.writes.rm_verify_reads));
      CHECK(table.cell(row, "failed") == grouped(stage.writes.rm_failed_cells));
      CHECK(table.cell(row, "clipped") == grouped(stage.writes.rm_clipped_weights));
      CHECK(table.cell(row, "SRAM words") == grouped(stage.writes.sram_words));
      ++row;
    }
  }
}

TEST_CASE("Every figure of a training run is printed under its own header") {
  const DistinctReport made;
  const PrintedTable table(text_report(made.report()), "training runs");
  REQUIRE(table.rows() == 6);
  std::size_t row = 0;
  for (const NamedMachine& machine : machines_of(made.phase())) {
    const TrainingRunFigures& run = machine.figures.training_runs.front();
    const double joule = run.forward.energy_joule + run.backward.energy_joule + run.update.energy_joule;
    const std::uint64_t passes = run.steps * run.batch_size;
    INFO(machine.name);
    CHECK(table.cell(row, "machine") == machine.name);
    CHECK(table.cell(row, "trains") == "adapter mend");
    CHECK(table.cell(row, "steps") == grouped(run.steps));
    CHECK(table.cell(row, "batch") == grouped(run.batch_size));
    CHECK(table.cell(row, "sample passes") == grouped(passes));
    CHECK(table.cell(row, "energy") == engineering(joule, "J"));
    CHECK(table.cell(row, "energy per step") == engineering(over(joule, run.steps), "J"));
    CHECK(table.cell(row, "energy per pass") == engineering(over(joule, passes), "J"));
    CHECK(table.cell(row, "forward per pass") == engineering(over(run.forward.energy_joule, passes), "J"));
    CHECK(table.cell(row, "backward per pass") == engineering(over(run.backward.energy_joule, passes), "J"));
    CHECK(table.cell(row, "update per pass") == engineering(over(run.update.energy_joule, passes), "J"));
    ++row;
    const double arrays = machine.figures.array_updates.energy_joule;
    CHECK(table.cell(row, "machine") == machine.name);
    CHECK(table.cell(row, "trains") == "arrays");
    CHECK(table.cell(row, "energy") == engineering(arrays, "J"));
    CHECK(table.cell(row, "energy per step") == engineering(over(arrays, run.steps), "J"));
    CHECK(table.cell(row, "energy per pass") == engineering(over(arrays, passes), "J"));
    ++row;
  }
}

TEST_CASE("Every accuracy is printed under its own header") {
  const DistinctReport made;
  const PrintedTable table(text_report(made.report()), "accuracy");
  REQUIRE(table.rows() == 5);
  std::size_t row = 0;
  for (const NamedMachine& machine : machines_of(made.phase())) {
    check_accuracy(table, row, machine.name, machine.figures.outcome);
    CHECK(table.cell(row, "updates") == grouped(machine.figures.updates));
    CHECK(table.cell(row, "samples") == grouped(machine.figures.samples));
    ++row;
  }
  check_accuracy(table, 3, "hybrid in float", made.phase().hybrid.float_outcome);
  check_accuracy(table, 4, "rewrite in float", made.phase().rm_rewrite.float_outcome);
}

TEST_CASE("Every figure of wear is printed under its own header") {
  const DistinctReport made;
  const PrintedTable table(text_report(made.report()), "wear");
  REQUIRE(table.rows() == 3);
  std::size_t row = 0;
  for (const NamedMachine& machine : machines_of(made.phase())) {
    const Wear& wear = machine.figures.wear;
    CHECK(table.cell(row, "machine") == machine.name);
    CHECK(table.cell(row, "most pulses") == grouped(wear.largest_pulse_count));
    CHECK(std::stod(table.cell(row, "mean pulses")) == Approx(wear.mean_pulse_count).margin(0.051));
    CHECK(table.cell(row, "endurance used") == percent(wear.endurance_share));
    CHECK(table.cell(row, "past endurance") == grouped(wear.cells_past_endurance));
    CHECK(table.cell(row, "rounds left") == grouped(*wear.rounds_left));
    CHECK(table.cell(row, "at least") == grouped(*wear.least_rounds_left));
    CHECK(table.cell(row, "mean age") == duration_text(wear.mean_age_seconds));
    ++row;
  }
}

TEST_CASE("Every component's energy is printed under its stage") {
  const DistinctReport made;
  const PhaseFigures& hybrid = made.phase().hybrid;
  const std::string title = "hybrid, energy by component";
  const PrintedTable table(text_report(made.report()), title);
  REQUIRE(table.rows() == component_count);
  for (std::size_t row = 0; row < component_count; ++row) {
    CHECK(table.cell(row, title) == hybrid.training.components[row].component);
    CHECK(table.cell(row, "training") == engineering(hybrid.training.components[row].joule, "J"));
    CHECK(table.cell(row, "deployment") == engineering(hybrid.deployment.components[row].joule, "J"));
    CHECK(table.cell(row, "inference") == engineering(hybrid.inference.components[row].joule, "J"));
  }
}

TEST_CASE("Every comparison with the hybrid is printed under its own header") {
  const DistinctReport made;
  const PhaseFigures& hybrid = made.phase().hybrid;
  const PhaseFigures& rewrite = made.phase().rm_rewrite;
  const PhaseFigures& gpu = made.phase().gpu;
  const PrintedTable table(text_report(made.report()), "times the hybrid's");
  REQUIRE(table.rows() == 4);
  const auto per_pass = [](double total, const PhaseFigures& machine) {
    return over(total, machine.training_runs.front().steps * machine.training_runs.front().batch_size);
  };
  const auto check = [&](std::size_t row, const char* name, const PhaseFigures& other) {
    INFO(name);
    CHECK(table.cell(row, "times the hybrid's") == name);
    CHECK(table.cell(row, "training energy") == ratio(other.training.energy_joule, hybrid.training.energy_joule));
    CHECK(table.cell(row, "per pass", 0) ==
          ratio(per_pass(other.training.energy_joule, other), per_pass(hybrid.training.energy_joule, hybrid)));
    CHECK(table.cell(row, "training time") == ratio(other.training.seconds, hybrid.training.seconds));
    CHECK(table.cell(row, "per pass", 1) ==
          ratio(per_pass(other.training.seconds, other), per_pass(hybrid.training.seconds, hybrid)));
    CHECK(table.cell(row, "deployment energy") == ratio(other.deployment.energy_joule, hybrid.deployment.energy_joule));
    CHECK(table.cell(row, "deployment time") == ratio(other.deployment.seconds, hybrid.deployment.seconds));
    CHECK(table.cell(row, "inference energy") == ratio(other.inference.energy_joule, hybrid.inference.energy_joule));
    CHECK(table.cell(row, "inference time") == ratio(other.inference.seconds, hybrid.inference.seconds));
  };
  check(0, "RM rewrite", rewrite);
  check(2, "GPU", gpu);
  CHECK(table.cell(1, "training energy") ==
        ratio(active_energy_joule(rewrite.training), active_energy_joule(hybrid.training)));
  CHECK(table.cell(1, "per pass") == ratio(per_pass(active_energy_joule(rewrite.training), rewrite),
                                           per_pass(active_energy_joule(hybrid.training), hybrid)));
  CHECK(table.cell(1, "deployment energy") ==
        ratio(active_energy_joule(rewrite.deployment), active_energy_joule(hybrid.deployment)));
  CHECK(table.cell(1, "inference energy") ==
        ratio(active_energy_joule(rewrite.inference), active_energy_joule(hybrid.inference)));
  CHECK(table.cell(3, "inference energy") ==
        ratio(made.phase().gpu_inference_at_peak_joule, hybrid.inference.energy_joule));
}
