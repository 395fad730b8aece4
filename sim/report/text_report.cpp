#include "sim/report/text_report.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "sim/config/duration.hpp"
#include "sim/report/machines.hpp"
#include "sim/report/number_format.hpp"
#include "sim/report/outcome_statistics.hpp"
#include "sim/report/statistics.hpp"
#include "sim/report/text_table.hpp"

namespace palimpsest {

namespace {

/// What a stage worked on: sample passes, nothing, samples.
std::uint64_t samples_of(const PhaseFigures& figures, const Stage& stage) {
  if (stage.figures == &PhaseFigures::training) return figures.sample_passes();
  return stage.figures == &PhaseFigures::inference ? figures.samples : 0;
}

std::string per_sample(double total, std::uint64_t samples, const std::string& unit) {
  return samples == 0 ? "-" : engineering(total / static_cast<double>(samples), unit);
}

/// The GPU deploys nothing, and a phase may train nothing.
bool did_nothing(const StageFigures& figures) { return figures.cycles == 0 && figures.energy_joule == 0.0; }

/// A machine that did nothing has no row.
std::string stage_table(const PhaseReport& phase, const Shown& shown) {
  TextTable table(2);
  std::vector<std::string> header{"stage",
                                  "machine",
                                  std::string(energy_statistic.title),
                                  std::string(energy_per_sample_statistic.title),
                                  std::string(seconds_statistic.title),
                                  std::string(seconds_per_sample_statistic.title),
                                  std::string(latency_statistic.title),
                                  std::string(cycles_statistic.title)};
  for (const auto& statistic : write_statistics) header.emplace_back(statistic.title);
  table.row(std::move(header));
  for (const Stage& stage : shown.stages) {
    std::string_view name = stage.name;
    for (const Machine& machine : shown.machines) {
      const StageFigures& figures = phase.*machine.figures.*stage.figures;
      if (did_nothing(figures)) continue;
      const std::uint64_t samples = samples_of(phase.*machine.figures, stage);
      std::vector<std::string> cells{
          std::string(std::exchange(name, "")),
          std::string(machine.name),
          engineering(figures.energy_joule, "J"),
          per_sample(figures.energy_joule, samples, "J"),
          engineering(figures.seconds, "s"),
          per_sample(figures.seconds, samples, "s"),
          stage.figures == &PhaseFigures::inference ? engineering((phase.*machine.figures).latency_seconds, "s") : "-",
          grouped(figures.cycles)};
      for (const auto& statistic : write_statistics) {
        const std::uint64_t count = figures.writes.*statistic.member;
        cells.push_back(count == 0 ? "-" : grouped(count));
      }
      table.row(std::move(cells));
    }
  }
  return table.text();
}

/// A line for each stage of each machine that moved words through the off-chip memory.
std::string off_chip_lines(const PhaseReport& phase, const Shown& shown) {
  std::string lines;
  for (const Stage& stage : shown.stages) {
    for (const Machine& machine : shown.machines) {
      const OffChipTraffic& traffic = (phase.*machine.figures.*stage.figures).off_chip;
      if (traffic.loaded_words == 0 && traffic.stored_words == 0) continue;
      lines += "does not fit the SRAM buffer: " + std::string(stage.name) + " of " + std::string(machine.name) +
               ", off-chip memory";
      const char* separator = " ";
      for (const auto& statistic : off_chip_statistics) {
        lines += separator + std::string(statistic.title) + " " + grouped(traffic.*statistic.member) + " " +
                 std::string(statistic.unit);
        separator = ", ";
      }
      lines += "\n";
    }
  }
  return lines.empty() ? lines : "\n" + lines;
}

/// Zero if there is none to share `total`.
double of_each(double total, std::uint64_t count) { return count == 0 ? 0.0 : total / static_cast<double>(count); }

bool trains(const PhaseReport& phase, const Shown& shown) {
  return std::any_of(shown.machines.begin(), shown.machines.end(), [&](const Machine& machine) {
    const PhaseFigures& figures = phase.*machine.figures;
    return !figures.training_runs.empty() || figures.array_updates.cycles > 0;
  });
}

std::string training_table(const PhaseReport& phase, const Shown& shown) {
  TextTable table(3);
  std::vector<std::string> header{"training runs", "machine", std::string(trains_statistic.title)};
  for (const auto& statistic : {steps_statistic, batch_size_statistic, sample_passes_statistic}) {
    header.emplace_back(statistic.title);
  }
  for (const auto& statistic : {energy_statistic, energy_per_step_statistic, energy_per_pass_statistic}) {
    header.emplace_back(statistic.title);
  }
  for (const RunPart& part : run_parts) header.push_back(std::string(part.statistic.title) + " per pass");
  table.row(std::move(header));
  for (const Machine& machine : shown.machines) {
    const PhaseFigures& figures = phase.*machine.figures;
    for (const TrainingRunFigures& run : figures.training_runs) {
      const double joule = run.whole().energy_joule;
      std::vector<std::string> cells{"",
                                     std::string(machine.name),
                                     run.adapter.empty() ? "backbone" : "adapter " + run.adapter,
                                     grouped(run.steps),
                                     grouped(run.batch_size),
                                     grouped(run.sample_passes()),
                                     engineering(joule, "J"),
                                     engineering(of_each(joule, run.steps), "J"),
                                     engineering(of_each(joule, run.sample_passes()), "J")};
      for (const RunPart& part : run_parts) {
        cells.push_back(engineering(of_each((run.*part.member).energy_joule, run.sample_passes()), "J"));
      }
      table.row(std::move(cells));
    }
    const TrainingPart& arrays = figures.array_updates;
    if (arrays.cycles == 0) continue;
    table.row({"", std::string(machine.name), std::string(array_updates_statistic.title), "-", "-", "-",
               engineering(arrays.energy_joule, "J"), engineering(of_each(arrays.energy_joule, figures.steps()), "J"),
               engineering(of_each(arrays.energy_joule, figures.sample_passes()), "J"), "-", "-", "-"});
  }
  return table.text();
}

std::string outcome_table(const PhaseReport& phase, const Shown& shown, TaskKind task) {
  const TaskStatistics& statistics = statistics_of(task);
  const std::vector<OutcomeStatistic>& deviations = statistics_of(TaskKind::score).statistics;
  TextTable table(2);
  std::vector<std::string> header{std::string(statistics.title), "machine"};
  if (task != TaskKind::score)
    for (const OutcomeStatistic& statistic : statistics.statistics) header.emplace_back(statistic.title);
  for (const OutcomeStatistic& statistic : deviations) header.emplace_back(statistic.title);
  for (const auto& statistic : {updates_statistic, samples_statistic}) header.emplace_back(statistic.title);
  table.row(std::move(header));
  const auto row = [&](const std::string& machine, const Outcome& outcome, std::vector<std::string> more) {
    std::vector<std::string> cells{"", machine};
    if (task != TaskKind::score)
      for (const OutcomeStatistic& statistic : statistics.statistics)
        cells.push_back(outcome_text(statistic, outcome.*statistic.member));
    cells.insert(cells.end(), more.begin(), more.end());
    table.row(std::move(cells));
  };
  for (const Machine& machine : shown.machines) {
    const PhaseFigures& figures = phase.*machine.figures;
    std::vector<std::string> more;
    more.reserve(deviations.size() + 2);
    for (const OutcomeStatistic& statistic : deviations)
      more.push_back(outcome_text(statistic, figures.outcome.*statistic.member));
    more.push_back(shown.has(&PhaseFigures::training) ? grouped(figures.updates) : "-");
    more.push_back(grouped(figures.samples));
    row(std::string(machine.name), figures.outcome, std::move(more));
  }
  if (statistics.float_name.empty()) return table.text();
  row("hybrid in float", phase.hybrid.float_outcome, {});
  if (shown.has(&PhaseReport::rm_rewrite)) row("rewrite in float", phase.rm_rewrite.float_outcome, {});
  return table.text();
}

/// A column for each class; nothing for other tasks, and where so many columns would not be read.
std::string class_table(const PhaseReport& phase, const Shown& shown) {
  constexpr std::size_t most_classes = 16;
  const std::size_t classes = phase.hybrid.outcome.by_class.size();
  if (classes == 0 || classes > most_classes) return {};
  TextTable table(2);
  std::vector<std::string> header{std::string(by_class_statistic.title), "machine"};
  for (const auto& of_class : phase.hybrid.outcome.by_class) header.push_back(std::to_string(of_class.first));
  table.row(std::move(header));
  const auto row = [&](const std::string& machine, const Accuracy& accuracy) {
    std::vector<std::string> cells{"", machine};
    for (const auto& of_class : accuracy.by_class) cells.push_back(percent(of_class.second));
    table.row(std::move(cells));
  };
  for (const Machine& machine : shown.machines) row(std::string(machine.name), (phase.*machine.figures).outcome);
  row("hybrid in float", phase.hybrid.float_outcome);
  if (shown.has(&PhaseReport::rm_rewrite)) row("rewrite in float", phase.rm_rewrite.float_outcome);
  return "\n" + table.text();
}

std::string saturation_table(const PhaseReport& phase, const Shown& shown) {
  TextTable table(2);
  std::vector<std::string> header{"cut at a range", "machine"};
  for (const auto& statistic : saturation_statistics) header.emplace_back(statistic.title);
  table.row(std::move(header));
  for (const Machine& machine : shown.machines) {
    if (machine.figures == &PhaseReport::gpu) continue;
    std::vector<std::string> cells{"", std::string(machine.name)};
    for (const auto& statistic : saturation_statistics)
      cells.push_back(grouped((phase.*machine.figures).activity.*statistic.member));
    table.row(std::move(cells));
  }
  return table.text();
}

/// A row for each weight whose inputs are spikes, or whose lines are not driven for zeros; nothing without such.
std::string active_inputs_table(const PhaseReport& phase, const Shown& shown) {
  TextTable table(1);
  std::vector<std::string> header{std::string(active_inputs_statistic.title)};
  std::vector<const Machine*> chips;
  for (const Machine& machine : shown.machines) {
    if (machine.figures == &PhaseReport::gpu) continue;
    chips.push_back(&machine);
    header.emplace_back(machine.name);
  }
  table.row(std::move(header));
  bool is_empty = true;
  for (const auto& [weight, inputs] : phase.hybrid.activity.inputs) {
    if (!inputs.spikes && !inputs.gated) continue;
    std::vector<std::string> cells{weight};
    for (const Machine* chip : chips) {
      const ProductInputs& of_chip = (phase.*chip->figures).activity.inputs.at(weight);
      cells.push_back(percent(of_each(static_cast<double>(of_chip.active), of_chip.codes)));
    }
    table.row(std::move(cells));
    is_empty = false;
  }
  return is_empty ? "" : "\n" + table.text();
}

std::string rounds_text(const std::optional<std::uint64_t>& rounds) { return rounds ? grouped(*rounds) : "unlimited"; }

std::string wear_table(const PhaseReport& phase, const Shown& shown) {
  TextTable table(2);
  std::vector<std::string> header{"wear", "machine"};
  for (const auto& statistic :
       {pulse_count_statistic, mean_pulse_count_statistic, endurance_statistic, past_endurance_statistic,
        rounds_left_statistic, least_rounds_left_statistic, cell_age_statistic}) {
    header.emplace_back(statistic.title);
  }
  table.row(std::move(header));
  for (const Machine& machine : shown.machines) {
    const Wear& wear = (phase.*machine.figures).wear;
    if (wear.cells == 0) {
      table.row({"", std::string(machine.name), "-", "-", "-", "-", "-", "-", "-"});
      continue;
    }
    table.row({"", std::string(machine.name), grouped(wear.largest_pulse_count),
               shortest(std::round(10.0 * wear.mean_pulse_count) / 10.0), percent(wear.endurance_share),
               grouped(wear.cells_past_endurance), rounds_text(wear.rounds_left), rounds_text(wear.least_rounds_left),
               duration_text(wear.mean_age_seconds)});
  }
  return table.text();
}

std::string component_table(const PhaseReport& phase, const Shown& shown) {
  TextTable table(1);
  std::vector<std::string> header{"hybrid, energy by component"};
  for (const Stage& stage : shown.stages) header.emplace_back(stage.name);
  table.row(std::move(header));
  const std::vector<NamedEnergy>& components = (phase.hybrid.*shown.stages.front().figures).components;
  for (std::size_t index = 0; index < components.size(); ++index) {
    std::vector<std::string> cells{std::string(components[index].component)};
    for (const Stage& stage : shown.stages) {
      const double joule = (phase.hybrid.*stage.figures).components[index].joule;
      cells.push_back(joule == 0.0 ? "-" : engineering(joule, "J"));
    }
    table.row(std::move(cells));
  }
  return table.text();
}

/// Of what a machine does and the hybrid does, too.
std::string multiple(double other, double own) { return other == 0.0 ? "-" : ratio(other, own); }

/// Both sides without leakage and static power: what the ratios are if the chip is switched off between its work.
std::vector<std::string> active_energy_row(const PhaseReport& phase, const Shown& shown) {
  std::vector<std::string> cells{"RM rewrite, no leakage"};
  for (const Stage& stage : shown.stages) {
    const double other = active_energy_joule(phase.rm_rewrite.*stage.figures);
    const double own = active_energy_joule(phase.hybrid.*stage.figures);
    cells.push_back(multiple(other, own));
    cells.emplace_back();
    if (stage.figures != &PhaseFigures::training) continue;
    cells.back() =
        multiple(of_each(other, phase.rm_rewrite.sample_passes()), of_each(own, phase.hybrid.sample_passes()));
    cells.insert(cells.end(), 2, "");
  }
  return cells;
}

std::string comparison_table(const PhaseReport& phase, const Shown& shown) {
  TextTable table(1);
  std::vector<std::string> header{"times the hybrid's"};
  for (const Stage& stage : shown.stages) {
    for (const char* measure : {" energy", " time"}) {
      header.push_back(std::string(stage.name) + measure);
      if (stage.figures == &PhaseFigures::training) header.emplace_back("per pass");
    }
  }
  const std::size_t columns = header.size();
  table.row(std::move(header));
  for (const Machine& machine : shown.machines) {
    if (machine.figures == &PhaseReport::hybrid) continue;
    std::vector<std::string> cells{std::string(machine.name)};
    const std::uint64_t own_passes = phase.hybrid.sample_passes();
    const std::uint64_t passes = (phase.*machine.figures).sample_passes();
    for (const Stage& stage : shown.stages) {
      const StageFigures& other = phase.*machine.figures.*stage.figures;
      const StageFigures& own = phase.hybrid.*stage.figures;
      const bool training = stage.figures == &PhaseFigures::training;
      cells.push_back(multiple(other.energy_joule, own.energy_joule));
      if (training)
        cells.push_back(multiple(of_each(other.energy_joule, passes), of_each(own.energy_joule, own_passes)));
      cells.push_back(multiple(other.seconds, own.seconds));
      if (training) cells.push_back(multiple(of_each(other.seconds, passes), of_each(own.seconds, own_passes)));
    }
    table.row(std::move(cells));
    if (machine.figures == &PhaseReport::rm_rewrite) table.row(active_energy_row(phase, shown));
  }
  if (!shown.has(&PhaseReport::gpu) || !shown.has(&PhaseFigures::inference)) return table.text();
  std::vector<std::string> at_peak(columns);
  at_peak.front() = "GPU at peak, no launches";
  at_peak[columns - 2] = ratio(phase.gpu_inference_at_peak_joule, phase.hybrid.inference.energy_joule);
  table.row(std::move(at_peak));
  return table.text();
}

}  // namespace

std::string text_report(const RunReport& report) {
  std::string text = "Palimpsest: " + report.trace + " on " + report.architecture + ", " +
                     std::to_string(report.tiles) + " tiles, clock period " +
                     engineering(static_cast<double>(report.clock_period_ps) * 1e-12, "s") + ", seed " +
                     std::to_string(report.seed) + ", " + std::string(age_statistic.title) + " " +
                     duration_text(report.age_seconds) + "\n";
  const Shown shown = shown_of(report);
  for (const PhaseReport& phase : report.phases) {
    text += "\nPhase " + phase.name + "\n\n" + stage_table(phase, shown) + off_chip_lines(phase, shown);
    if (shown.has(&PhaseFigures::training) && trains(phase, shown)) text += "\n" + training_table(phase, shown);
    if (shown.has(&PhaseFigures::inference))
      text += "\n" + outcome_table(phase, shown, report.task) + class_table(phase, shown) + "\n" +
              saturation_table(phase, shown) + active_inputs_table(phase, shown);
    text += "\n" + wear_table(phase, shown) + "\n" + component_table(phase, shown);
    if (shown.machines.size() > 1) text += "\n" + comparison_table(phase, shown);
  }
  return text;
}

}  // namespace palimpsest
