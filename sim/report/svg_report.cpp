#include "sim/report/svg_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "sim/config/duration.hpp"
#include "sim/report/machines.hpp"
#include "sim/report/number_format.hpp"
#include "sim/report/statistics.hpp"
#include "sim/report/svg_picture.hpp"

namespace palimpsest {

namespace {

// Pixels.
constexpr double margin = 24.0;
constexpr double label_width = 118.0;
constexpr double panel_width = 250.0;
constexpr double panel_gap = 28.0;
constexpr double value_width = 72.0;  // kept free right of the longest bar
constexpr double bar_height = 15.0;
constexpr double bar_pitch = 19.0;
constexpr double group_gap = 26.0;
constexpr double header_height = 84.0;

// Blue, orange and grey of Okabe and Ito's palette: told apart with every kind of colour vision.
constexpr std::array<const char*, machines.size()> colours{"#0072b2", "#e69f00", "#8c8c8c"};

const char* colour_of(const Machine& machine) {
  for (std::size_t number = 0; number < machines.size(); ++number) {
    if (machines[number].figures == machine.figures) return colours[number];
  }
  return "black";
}

double panel_left(std::size_t phase) {
  return margin + label_width + static_cast<double>(phase) * (panel_width + panel_gap);
}

/// One row of panels: for every phase a bar per machine, `share` of the panel long, with its label.
template <class Share, class Label>
void bars(SvgPicture& picture, const RunReport& report, const Shown& shown, double top, const Share& share,
          const Label& label) {
  for (std::size_t phase = 0; phase < report.phases.size(); ++phase) {
    const double left = panel_left(phase);
    picture.path({{left, top - 3.0}, {left, top + bar_pitch * static_cast<double>(shown.machines.size())}},
                 "stroke=\"#bbbbbb\"");
    for (std::size_t machine = 0; machine < shown.machines.size(); ++machine) {
      const PhaseFigures& figures = report.phases[phase].*shown.machines[machine].figures;
      const double y = top + static_cast<double>(machine) * bar_pitch;
      const double width = share(figures) * (panel_width - value_width);
      if (share(figures) > 0.0)
        picture.box(left, y, std::max(width, 1.0), bar_height, colour_of(shown.machines[machine]));
      picture.text(left + width + 5.0, y + bar_height - 3.0, label(figures));
    }
  }
}

void energy_row(SvgPicture& picture, const RunReport& report, const Shown& shown, const Stage& stage, double top) {
  double smallest = HUGE_VAL;
  double largest = 0.0;
  for (const PhaseReport& phase : report.phases) {
    for (const Machine& machine : shown.machines) {
      const double joule = (phase.*machine.figures.*stage.figures).energy_joule;
      if (joule > 0.0) smallest = std::min(smallest, joule);
      largest = std::max(largest, joule);
    }
  }
  // A tenth of the smallest value is the axis's origin, so that its bar still has a length.
  const double decades = std::log10(largest / smallest) + 1.0;
  const auto joule_of = [&stage](const PhaseFigures& figures) { return (figures.*stage.figures).energy_joule; };
  picture.text(margin, top + bar_height - 3.0, std::string(stage.name), "font-weight=\"bold\"");
  picture.text(margin, top + bar_height + 13.0, "energy, log axis");
  bars(
      picture, report, shown, top,
      [&](const PhaseFigures& figures) {
        const double joule = joule_of(figures);
        return joule > 0.0 ? (std::log10(joule / smallest) + 1.0) / decades : 0.0;
      },
      [&](const PhaseFigures& figures) { return engineering(joule_of(figures), "J"); });
}

void accuracy_row(SvgPicture& picture, const RunReport& report, const Shown& shown, const char* title,
                  const char* subtitle, std::optional<double> Accuracy::*member, double top) {
  picture.text(margin, top + bar_height - 3.0, title, "font-weight=\"bold\"");
  picture.text(margin, top + bar_height + 13.0, subtitle);
  bars(
      picture, report, shown, top,
      [&](const PhaseFigures& figures) { return (figures.accuracy.*member).value_or(0.0); },
      [&](const PhaseFigures& figures) { return percent(figures.accuracy.*member); });
}

}  // namespace

std::string svg_report(const RunReport& report) {
  SvgPicture picture;
  const std::string age = report.age_seconds > 0.0 ? ", age " + duration_text(report.age_seconds) : "";
  picture.text(margin, 28.0,
               report.trace + " on " + report.architecture + ", seed " + std::to_string(report.seed) + age,
               "font-size=\"16\" font-weight=\"bold\"");
  const Shown shown = shown_of(report);
  for (std::size_t machine = 0; machine < shown.machines.size(); ++machine) {
    const double x = panel_left(0) + 110.0 * static_cast<double>(machine);
    picture.box(x, 40.0, bar_height, bar_height, colour_of(shown.machines[machine]));
    picture.text(x + 22.0, 52.0, std::string(shown.machines[machine].name));
  }
  for (std::size_t phase = 0; phase < report.phases.size(); ++phase) {
    picture.text(panel_left(phase), header_height - 8.0, report.phases[phase].name,
                 "font-size=\"14\" font-weight=\"bold\"");
  }
  const double row_height = bar_pitch * static_cast<double>(shown.machines.size()) + group_gap;
  double top = header_height + 6.0;
  for (const Stage& stage : shown.stages) {
    energy_row(picture, report, shown, stage, top);
    top += row_height;
  }
  struct Row {
    const char* title;
    const char* subtitle;
    std::optional<double> Accuracy::*member;
  };
  for (const Row& row : {Row{"to keep", "accuracy", &Accuracy::retain}, Row{"new", "accuracy", &Accuracy::fresh},
                         Row{"to forget", "accuracy", &Accuracy::forget},
                         Row{"to forget", "adapter dropped", &Accuracy::forget_without_adapter}}) {
    if (!shown.has(&PhaseFigures::inference)) break;
    accuracy_row(picture, report, shown, row.title, row.subtitle, row.member, top);
    top += row_height;
  }
  return picture.svg(panel_left(report.phases.size()) + margin - panel_gap, top);
}

}  // namespace palimpsest
