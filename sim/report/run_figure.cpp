#include "sim/report/run_figure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "sim/config/duration.hpp"
#include "sim/config/json_syntax.hpp"
#include "sim/report/json_report.hpp"
#include "sim/report/machines.hpp"
#include "sim/report/number_format.hpp"
#include "sim/report/plot.hpp"
#include "sim/report/provenance_parts.hpp"

namespace palimpsest {

namespace {

// Pixels.
constexpr double margin = 24.0;
constexpr double labels_width = 148.0;
constexpr double panel_width = 236.0;
constexpr double panel_gap = 54.0;
constexpr double outcome_labels = 176.0;
constexpr double header_height = 92.0;
constexpr double row_height = 21.0;
constexpr double phase_gap = 30.0;
constexpr double machine_offset = 4.5;  // keeps equal values of different machines apart
constexpr double footer_height = 62.0;
constexpr double key_pitch = 100.0;
constexpr double least_width = 400.0;

// Blue, orange and grey of Okabe and Ito's palette: told apart with every kind of colour vision.
constexpr std::array<const char*, machines.size()> colours{"#0072b2", "#e69f00", "#8c8c8c"};

using Member = std::optional<double> MachineSummary::*;

/// A row of a picture: `members[n]` is its figure in the n-th panel that shows it.
template <std::size_t panels>
struct Row {
  const char* label;
  std::array<Member, panels> members;
};

constexpr std::array<Row<2>, 3> costs{{
    {"training, sample pass", {&MachineSummary::training_joule, &MachineSummary::training_seconds}},
    {"deployment", {&MachineSummary::deployment_joule, &MachineSummary::deployment_seconds}},
    {"inference, sample", {&MachineSummary::inference_joule, &MachineSummary::inference_seconds}},
}};
constexpr std::array<Row<1>, 4> accuracies{{
    {"retain", {&MachineSummary::retain}},
    {"new", {&MachineSummary::fresh}},
    {"forget", {&MachineSummary::forget}},
    {"forget, no adapter", {&MachineSummary::forget_without_adapter}},
}};
constexpr std::array<Row<1>, 2> errors{{
    {"root mean square", {&MachineSummary::root_mean_square_error}},
    {"mean absolute", {&MachineSummary::mean_absolute_error}},
}};
constexpr std::array<Row<1>, 2> deviations{{
    {"root mean square", {&MachineSummary::deviation}},
    {"largest", {&MachineSummary::largest_deviation}},
}};

struct Spread {
  double smallest = HUGE_VAL;
  double largest = -HUGE_VAL;
  double sum = 0.0;
  std::size_t count = 0;

  void add(double value) {
    smallest = std::min(smallest, value);
    largest = std::max(largest, value);
    sum += value;
    ++count;
  }
  double mean() const { return sum / static_cast<double>(count); }
};

/// One figure of a phase and a machine, over the runs that have it. `above_zero`: for a logarithmic axis.
Spread spread_of(const std::vector<RunSummary>& runs, std::size_t phase, std::size_t machine, Member member,
                 bool above_zero) {
  Spread spread;
  for (const RunSummary& run : runs) {
    const std::optional<double>& value = run.phases[phase].machines[machine].*member;
    if (value && (*value > 0.0 || !above_zero)) spread.add(*value);
  }
  return spread;
}

template <std::size_t panels>
using RowsByPhase = std::vector<std::vector<Row<panels>>>;

/// The rows of `table` that some machine has a figure for.
template <std::size_t panels, std::size_t rows>
RowsByPhase<panels> rows_shown(const std::vector<RunSummary>& runs, const std::array<Row<panels>, rows>& table,
                               bool above_zero) {
  RowsByPhase<panels> shown(runs.front().phases.size());
  for (std::size_t phase = 0; phase < shown.size(); ++phase) {
    for (const Row<panels>& row : table) {
      std::size_t figures = 0;
      for (std::size_t machine = 0; machine < machines.size(); ++machine) {
        for (const Member member : row.members) figures += spread_of(runs, phase, machine, member, above_zero).count;
      }
      if (figures > 0) shown[phase].push_back(row);
    }
  }
  return shown;
}

/// A logarithmic axis of whole decades that holds all figures of a panel.
PlotAxis axis_of_decades(const std::vector<RunSummary>& runs, const RowsByPhase<2>& rows, std::size_t panel,
                         const std::string& title) {
  Spread all;
  for (std::size_t phase = 0; phase < rows.size(); ++phase) {
    for (const Row<2>& row : rows[phase]) {
      for (std::size_t machine = 0; machine < machines.size(); ++machine) {
        const Spread spread = spread_of(runs, phase, machine, row.members[panel], true);
        if (spread.count == 0) continue;
        all.add(spread.smallest);
        all.add(spread.largest);
      }
    }
  }
  if (all.count == 0) return {title, true, 0.1, 10.0};
  // Below this a decade has no number of its own.
  constexpr double least = 1e-300;
  const double from = std::pow(10.0, std::floor(std::log10(std::max(all.smallest, least))));
  return {title, true, from, std::max(10.0 * from, std::pow(10.0, std::ceil(std::log10(all.largest))))};
}

/// The rows of the panel that tells how the task was done.
RowsByPhase<1> outcome_rows_shown(const std::vector<RunSummary>& runs) {
  switch (runs.front().task) {
    case TaskKind::classify:
      return rows_shown(runs, accuracies, false);
    case TaskKind::regress:
      return rows_shown(runs, errors, false);
    case TaskKind::score:
      break;
  }
  return rows_shown(runs, deviations, false);
}

/// The axis of that panel; figures are in units of `unit` on it.
struct OutcomeAxis {
  PlotAxis axis;
  double unit = 1.0;
};

OutcomeAxis outcome_axis(const std::vector<RunSummary>& runs, const RowsByPhase<1>& rows) {
  constexpr double percent = 0.01;
  constexpr double room = 1.05;  // right of the largest
  const TaskKind task = runs.front().task;
  if (task == TaskKind::classify) return {{"accuracy (%)", false, 0.0, 100.0}, percent};
  double largest = 0.0;
  for (std::size_t phase = 0; phase < rows.size(); ++phase) {
    for (const Row<1>& row : rows[phase])
      for (std::size_t machine = 0; machine < machines.size(); ++machine)
        largest = std::max(largest, spread_of(runs, phase, machine, row.members[0], false).largest);
  }
  if (largest == 0.0) largest = 1.0;
  if (task == TaskKind::regress) return {{"error (the targets' unit)", false, 0.0, room * largest}, 1.0};
  return {{"deviation from float (%)", false, 0.0, room * largest / percent}, percent};
}

/// Where the rows of a phase begin and end, pixels from the top; rows lie below the phase's name.
struct Band {
  double top;
  double bottom;
};

template <std::size_t panels>
void draw_labels(SvgPicture& picture, const RowsByPhase<panels>& rows, const std::vector<Band>& bands, double left) {
  for (std::size_t phase = 0; phase < rows.size(); ++phase) {
    double y = bands[phase].top + phase_gap;
    for (const Row<panels>& row : rows[phase]) {
      picture.text(left, y + 4.0, row.label);
      y += row_height;
    }
  }
}

/// Draws the axis and the points of a panel; figures are in units of `unit` on it.
template <std::size_t panels>
void draw_panel(SvgPicture& picture, const std::vector<RunSummary>& runs, const RowsByPhase<panels>& rows,
                const std::vector<Band>& bands, std::size_t panel, const PlotAxis& axis, double unit, double left) {
  const PlotFrame frame{left, header_height, panel_width, bands.back().bottom - header_height};
  draw_horizontal_axis(picture, frame, axis);
  const AxisScale scale(axis, left, panel_width);
  for (std::size_t phase = 0; phase < rows.size(); ++phase) {
    double y = bands[phase].top + phase_gap;
    for (const Row<panels>& row : rows[phase]) {
      for (std::size_t machine = 0; machine < machines.size(); ++machine) {
        const Spread spread = spread_of(runs, phase, machine, row.members[panel], axis.logarithmic);
        if (spread.count == 0) continue;
        const double line = y + (static_cast<double>(machine) - 1.0) * machine_offset;
        picture.path({{scale(spread.smallest / unit), line}, {scale(spread.largest / unit), line}},
                     std::string("stroke=\"") + colours[machine] + "\" stroke-width=\"2\"");
        picture.circle(scale(spread.mean() / unit), line, 3.5, colours[machine]);
      }
      y += row_height;
    }
  }
}

/// The key: machines that have any figure.
void draw_machines(SvgPicture& picture, const std::vector<RunSummary>& runs, const RowsByPhase<1>& outcome_rows) {
  double left = margin;
  for (std::size_t machine = 0; machine < machines.size(); ++machine) {
    std::size_t figures = 0;
    for (std::size_t phase = 0; phase < runs.front().phases.size(); ++phase) {
      for (const Row<2>& row : costs)
        for (const Member member : row.members) figures += spread_of(runs, phase, machine, member, true).count;
      for (const Row<1>& row : outcome_rows[phase])
        figures += spread_of(runs, phase, machine, row.members[0], false).count;
    }
    if (figures == 0) continue;
    picture.circle(left + 4.0, 67.0, 4.0, colours[machine]);
    picture.text(left + 14.0, 71.0, std::string(machines[machine].name));
    left += key_pitch;
  }
}

template <std::size_t panels>
bool has_rows(const RowsByPhase<panels>& rows) {
  return std::any_of(rows.begin(), rows.end(), [](const auto& of_phase) { return !of_phase.empty(); });
}

std::string seeds_text(const std::vector<RunSummary>& runs) {
  if (runs.size() == 1) return "seed " + std::to_string(runs.front().seed);
  return "dots: mean of " + std::to_string(runs.size()) + " chips, lines: smallest to largest";
}

}  // namespace

std::string run_figure(const std::vector<RunSummary>& runs, const Provenance& provenance) {
  const RunSummary& first = runs.front();
  const RowsByPhase<2> cost_rows = rows_shown(runs, costs, true);
  const RowsByPhase<1> outcome_rows = outcome_rows_shown(runs);
  std::vector<Band> bands;
  double bottom = header_height;
  for (std::size_t phase = 0; phase < first.phases.size(); ++phase) {
    const std::size_t rows = std::max(cost_rows[phase].size(), outcome_rows[phase].size());
    bands.push_back({bottom, bottom + phase_gap + row_height * static_cast<double>(rows)});
    bottom = bands.back().bottom;
  }

  SvgPicture picture;
  const std::string age = first.age_seconds > 0.0 ? ", age " + duration_text(first.age_seconds) : "";
  picture.text(margin, 28.0, first.trace + " on " + first.architecture + age, "font-size=\"16\" font-weight=\"bold\"");
  picture.text(margin, 47.0, seeds_text(runs));
  draw_machines(picture, runs, outcome_rows);
  double right = margin;
  if (has_rows(cost_rows)) {
    draw_labels(picture, cost_rows, bands, right);
    right += labels_width;
    draw_panel(picture, runs, cost_rows, bands, 0, axis_of_decades(runs, cost_rows, 0, "energy (J)"), 1.0, right);
    right += panel_width + panel_gap;
    draw_panel(picture, runs, cost_rows, bands, 1, axis_of_decades(runs, cost_rows, 1, "time (s)"), 1.0, right);
    right += panel_width + panel_gap;
  }
  if (has_rows(outcome_rows)) {
    draw_labels(picture, outcome_rows, bands, right);
    right += outcome_labels;
    const OutcomeAxis across = outcome_axis(runs, outcome_rows);
    draw_panel(picture, runs, outcome_rows, bands, 0, across.axis, across.unit, right);
    right += panel_width + panel_gap;
  }
  right = std::max(right - panel_gap, margin + least_width);
  for (std::size_t phase = 0; phase < first.phases.size(); ++phase) {
    const double line = bands[phase].top + 2.0;
    picture.path({{margin, line}, {right, line}}, "stroke=\"#bbbbbb\"");
    picture.text(margin, bands[phase].top + 17.0, first.phases[phase].name, "font-weight=\"bold\"");
  }
  return svg_with_provenance(std::move(picture), right + margin, bottom + footer_height, provenance);
}

std::string run_figure(const RunReport& report) {
  const JsonDocument document(parse_json(json_report(report), "report", ExitCode::model_error), "report",
                              ExitCode::model_error);
  return run_figure({run_summary(document)}, report.provenance);
}

}  // namespace palimpsest
