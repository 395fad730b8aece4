#include <algorithm>
#include <utility>

#include "sim/report/nonideality_report.hpp"
#include "sim/report/number_format.hpp"
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

/// Where an accuracy lies in a panel that ends at 100 %.
class Scale {
 public:
  Scale(double left, double lowest) : left_(left), lowest_(lowest) {}
  double operator()(double share) const { return left_ + (share - lowest_) / (1.0 - lowest_) * panel_width; }

 private:
  double left_;
  double lowest_;
};

/// A round accuracy that no chip falls below.
double lowest_accuracy(const NonidealityStudy& study) {
  double lowest = 1.0;
  for (const ChipVariant& variant : study.variants) {
    for (const AccuracySpread& spread : variant.phases) lowest = std::min(lowest, spread.smallest.all.value_or(1.0));
  }
  for (const Accuracy& accuracy : study.float_accuracies) lowest = std::min(lowest, accuracy.all.value_or(1.0));
  double floor = 0.9;
  while (floor > lowest && floor > 0.05) floor -= 0.1;
  return std::max(floor, 0.0);
}

}  // namespace

std::string nonideality_figure(const NonidealityStudy& study) {
  SvgPicture picture;
  const double lowest = lowest_accuracy(study);
  const double bottom = header_height + row_height * static_cast<double>(study.variants.size());
  picture.text(margin, 28.0, "Each non-ideality of " + study.architecture + " alone: " + study.trace,
               "font-size=\"16\" font-weight=\"bold\"");
  picture.text(margin, 48.0,
               "accuracy of the hybrid, mean and extremes of " + std::to_string(study.settings.chips) +
                   " chips; grey line: the float network");
  for (std::size_t variant = 0; variant < study.variants.size(); ++variant) {
    picture.text(margin, header_height + row_height * (static_cast<double>(variant) + 0.5) + 4.0,
                 study.variants[variant].name);
  }
  for (std::size_t phase = 0; phase < study.phases.size(); ++phase) {
    const double left = margin + names_width + static_cast<double>(phase) * (panel_width + panel_gap);
    const Scale scale(left, lowest);
    picture.text(left, header_height - 12.0, study.phases[phase], "font-weight=\"bold\"");
    for (const double share : {lowest, (lowest + 1.0) / 2.0, 1.0}) {
      picture.path({{scale(share), header_height}, {scale(share), bottom + 5.0}}, "stroke=\"#dddddd\"");
      const char* anchor = share == 1.0 ? "end" : share == lowest ? "start" : "middle";
      picture.text(scale(share), bottom + 18.0, percent(share), std::string("text-anchor=\"") + anchor + "\"");
    }
    const double exact = study.float_accuracies[phase].all.value_or(lowest);
    picture.path({{scale(exact), header_height}, {scale(exact), bottom}},
                 std::string("stroke=\"") + grey + "\" stroke-width=\"3\"");
    for (std::size_t variant = 0; variant < study.variants.size(); ++variant) {
      const AccuracySpread& spread = study.variants[variant].phases[phase];
      if (!spread.mean.all) continue;
      const double y = header_height + row_height * (static_cast<double>(variant) + 0.5);
      picture.path({{scale(*spread.smallest.all), y}, {scale(*spread.largest.all), y}},
                   std::string("stroke=\"") + blue + "\" stroke-width=\"2\"");
      picture.circle(scale(*spread.mean.all), y, 4.0, blue);
    }
  }
  const double width =
      margin + names_width + static_cast<double>(study.phases.size()) * (panel_width + panel_gap) + margin;
  return svg_with_provenance(std::move(picture), width, bottom + 40.0, study.provenance);
}

}  // namespace palimpsest
