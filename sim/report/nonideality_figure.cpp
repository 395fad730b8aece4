#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/report/nonideality_report.hpp"
#include "sim/report/number_format.hpp"
#include "sim/report/outcome_statistics.hpp"
#include "sim/report/provenance_parts.hpp"
#include "sim/report/svg_picture.hpp"

namespace palimpsest {

namespace {

// Pixels.
constexpr double margin = 24.0;
constexpr double names_width = 130.0;
constexpr double panel_width = 230.0;
constexpr double panel_gap = 30.0;
constexpr double row_height = 22.0;
constexpr double header_height = 84.0;
constexpr const char* blue = "#0072b2";
constexpr const char* grey = "#bbbbbb";

/// The edges of a panel.
struct Range {
  double from;
  double to;
};

/// Where a figure lies in a panel.
class Scale {
 public:
  Scale(double left, Range range) : left_(left), range_(range) {}
  double operator()(double value) const {
    return left_ + (value - range_.from) / (range_.to - range_.from) * panel_width;
  }

 private:
  double left_;
  Range range_;
};

/// A round accuracy that no chip falls below.
double lowest_accuracy(const NonidealityStudy& study) {
  double lowest = 1.0;
  for (const ChipVariant& variant : study.variants) {
    for (const OutcomeSpread& spread : variant.phases) lowest = std::min(lowest, spread.smallest.all.value_or(1.0));
  }
  for (const Outcome& outcome : study.float_outcomes) lowest = std::min(lowest, outcome.all.value_or(1.0));
  double floor = 0.9;
  while (floor > lowest && floor > 0.05) floor -= 0.1;
  return std::max(floor, 0.0);
}

/// Accuracies end at 100 %, other figures begin at zero and end at a number of two digits.
Range range_of(const NonidealityStudy& study, const OutcomeStatistic& figure) {
  if (study.task == TaskKind::classify) return {lowest_accuracy(study), 1.0};
  double largest = 0.0;
  for (const ChipVariant& variant : study.variants) {
    for (const OutcomeSpread& spread : variant.phases)
      largest = std::max(largest, (spread.largest.*figure.member).value_or(0.0));
  }
  for (const Outcome& outcome : study.float_outcomes)
    largest = std::max(largest, (outcome.*figure.member).value_or(0.0));
  if (largest == 0.0) return {0.0, 1.0};
  const double second_digit = std::pow(10.0, std::floor(std::log10(largest)) - 1.0);
  return {0.0, std::ceil(largest / second_digit) * second_digit};
}

std::string subject_of(TaskKind task) {
  switch (task) {
    case TaskKind::classify:
      return "accuracy";
    case TaskKind::regress:
      return "mean squared error";
    case TaskKind::score:
      break;
  }
  return "root mean square deviation from the float network";
}

}  // namespace

std::string nonideality_figure(const NonidealityStudy& study) {
  SvgPicture picture;
  const OutcomeStatistic& figure = statistics_of(study.task).statistics.front();
  const Range range = range_of(study, figure);
  // A score deviates from the float network, which has no line then.
  const bool has_line = !statistics_of(study.task).float_name.empty();
  const double bottom = header_height + row_height * static_cast<double>(study.variants.size());
  picture.text(margin, 28.0, "Each non-ideality of " + study.architecture + " alone: " + study.trace,
               "font-size=\"16\" font-weight=\"bold\"");
  picture.text(margin, 48.0,
               subject_of(study.task) + " of the hybrid, mean and extremes of " + std::to_string(study.settings.chips) +
                   " chips" + (has_line ? "; grey line: the float network" : ""));
  for (std::size_t variant = 0; variant < study.variants.size(); ++variant) {
    picture.text(margin, header_height + row_height * (static_cast<double>(variant) + 0.5) + 4.0,
                 study.variants[variant].name);
  }
  for (std::size_t phase = 0; phase < study.phases.size(); ++phase) {
    const double left = margin + names_width + static_cast<double>(phase) * (panel_width + panel_gap);
    const Scale scale(left, range);
    picture.text(left, header_height - 12.0, study.phases[phase], "font-weight=\"bold\"");
    for (const double value : {range.from, (range.from + range.to) / 2.0, range.to}) {
      picture.path({{scale(value), header_height}, {scale(value), bottom + 5.0}}, "stroke=\"#dddddd\"");
      const char* anchor = value == range.to ? "end" : value == range.from ? "start" : "middle";
      picture.text(scale(value), bottom + 18.0, outcome_text(figure, value),
                   std::string("text-anchor=\"") + anchor + "\"");
    }
    if (has_line) {
      const double exact = (study.float_outcomes[phase].*figure.member).value_or(range.from);
      picture.path({{scale(exact), header_height}, {scale(exact), bottom}},
                   std::string("stroke=\"") + grey + "\" stroke-width=\"3\"");
    }
    for (std::size_t variant = 0; variant < study.variants.size(); ++variant) {
      const OutcomeSpread& spread = study.variants[variant].phases[phase];
      if (!(spread.mean.*figure.member)) continue;
      const double y = header_height + row_height * (static_cast<double>(variant) + 0.5);
      picture.path({{scale(*(spread.smallest.*figure.member)), y}, {scale(*(spread.largest.*figure.member)), y}},
                   std::string("stroke=\"") + blue + "\" stroke-width=\"2\"");
      picture.circle(scale(*(spread.mean.*figure.member)), y, 4.0, blue);
    }
  }
  const double width =
      margin + names_width + static_cast<double>(study.phases.size()) * (panel_width + panel_gap) + margin;
  return svg_with_provenance(std::move(picture), width, bottom + 40.0, study.provenance);
}

}  // namespace palimpsest
