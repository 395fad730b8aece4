#include "sim/report/noise_figure.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "sim/report/noise_statistics.hpp"
#include "sim/report/number_format.hpp"
#include "sim/report/plot.hpp"
#include "sim/report/provenance_parts.hpp"

namespace palimpsest {

namespace {

// Pixels.
constexpr double left_margin = 72.0;
constexpr double panel_width = 290.0;
constexpr double panel_height = 240.0;
constexpr double panel_gap = 48.0;
constexpr double panel_top = 118.0;
constexpr double bottom_margin = 56.0;
constexpr double right_margin = 24.0;

constexpr const char* rewrite_dashes = "5 4";

struct Group {
  const char* name;
  std::optional<double> Outcome::*member;
  std::size_t colour;
  bool rewrite;  ///< also shown for the rewrite, which has no adapter to drop
};

constexpr std::array<Group, 4> classify_groups{{
    {"retain", &Accuracy::retain, 0, true},
    {"new", &Accuracy::fresh, 2, true},
    {"forget", &Accuracy::forget, 1, true},
    {"forget, no adapter", &Accuracy::forget_without_adapter, 3, false},
}};
constexpr std::array<Group, 1> regress_groups{{{"mean squared error", &OutputError::mean_squared, 0, true}}};
constexpr std::array<Group, 1> score_groups{{{"root mean square", &OutputDeviation::root_mean_square, 0, true}}};

constexpr double percent_unit = 0.01;

/// What the picture shows of a task.
struct Subject {
  const char* name;  ///< in the title
  const char* axis;
  double unit;  ///< of the figures on the axis
  std::vector<Group> groups;
};

Subject subject_of(TaskKind task) {
  switch (task) {
    case TaskKind::classify:
      return {"accuracy", "accuracy (%)", percent_unit, {classify_groups.begin(), classify_groups.end()}};
    case TaskKind::regress:
      return {"error", "mean squared error", 1.0, {regress_groups.begin(), regress_groups.end()}};
    case TaskKind::score:
      break;
  }
  return {"deviation", "deviation from float (%)", percent_unit, {score_groups.begin(), score_groups.end()}};
}

void add_point(PlotSeries& curve, double sigma, double mean, double deviation, double unit) {
  curve.x.push_back(sigma);
  curve.y.push_back(mean / unit);
  curve.low.push_back((mean - deviation) / unit);
  curve.high.push_back((mean + deviation) / unit);
}

PlotSeries curve_of(const NoisyMethod& method, const Group& group, const std::vector<double>& sigmas, double unit) {
  PlotSeries curve;
  curve.colour = series_colour(group.colour);
  if (!(method.float_outcome.*group.member)) return curve;
  if (sigmas.front() > 0.0) add_point(curve, 0.0, *(method.float_outcome.*group.member), 0.0, unit);
  for (std::size_t number = 0; number < sigmas.size(); ++number) {
    const OutcomeSpread& spread = method.spreads[number];
    add_point(curve, sigmas[number], *(spread.mean.*group.member), *(spread.deviation.*group.member), unit);
  }
  return curve;
}

std::vector<PlotSeries> curves_of(const NoisyPhase& phase, const std::vector<double>& sigmas, const Subject& subject) {
  std::vector<PlotSeries> curves;
  for (const Group& group : subject.groups) {
    curves.push_back(curve_of(phase.hybrid, group, sigmas, subject.unit));
    if (!group.rewrite) continue;
    curves.push_back(curve_of(phase.rewrite, group, sigmas, subject.unit));
    curves.back().dashes = rewrite_dashes;
  }
  return curves;
}

/// Where the axis ends: shares of correct answers at all of them, others at the highest band.
double highest(const NoiseStudy& study, const Subject& subject) {
  if (study.task == TaskKind::classify) return 1.0 / subject.unit;
  double highest = 0.0;
  for (const NoisyPhase& phase : study.phases) {
    for (const PlotSeries& curve : curves_of(phase, study.settings.sigmas_microsiemens, subject))
      for (const double value : curve.high) highest = std::max(highest, value);
  }
  return highest > 0.0 ? highest : 1.0;
}

std::vector<PlotSeries> key(const std::vector<Group>& groups) {
  std::vector<PlotSeries> entries;
  entries.reserve(groups.size() + 2);
  for (const Group& group : groups) entries.push_back({group.name, series_colour(group.colour), {}, {}, {}, {}});
  entries.push_back({"hybrid", "#222222", {}, {}, {}, {}, true, false});
  entries.push_back({"rewrite", "#222222", {}, {}, {}, {}, true, false, rewrite_dashes});
  return entries;
}

}  // namespace

std::string noise_figure(const NoiseStudy& study) {
  const NoiseSettings& settings = study.settings;
  const Subject subject = subject_of(study.task);
  SvgPicture picture;
  picture.text(24.0, 28.0, study.trace + ": " + subject.name + " under conductance errors",
               "font-size=\"16\" font-weight=\"bold\"");
  picture.text(24.0, 47.0,
               "mean and standard deviation of " + std::to_string(settings.draws) + " draws; window " +
                   shortest(settings.window_low_microsiemens) + " to " + shortest(settings.window_high_microsiemens) +
                   " uS, zero weight at " + shortest(settings.zero_weight_microsiemens) + " uS");
  draw_key(picture, 24.0, 72.0, key(subject.groups));
  const double last = settings.sigmas_microsiemens.back();
  const PlotAxis across{"standard deviation of a device's conductance (uS)", false, 0.0, last > 0.0 ? last : 1.0};
  const double top = highest(study, subject);
  double left = left_margin;
  for (const NoisyPhase& phase : study.phases) {
    const PlotAxis up{left == left_margin ? subject.axis : "", false, 0.0, top};
    draw_plot(picture, {left, panel_top, panel_width, panel_height}, phase.name, across, up,
              curves_of(phase, settings.sigmas_microsiemens, subject));
    left += panel_width + panel_gap;
  }
  return svg_with_provenance(std::move(picture), left - panel_gap + right_margin,
                             panel_top + panel_height + bottom_margin, study.provenance);
}

}  // namespace palimpsest
