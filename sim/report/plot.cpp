#include "sim/report/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/report/number_format.hpp"

namespace palimpsest {

namespace {

constexpr double tick_length = 5.0;
constexpr double tick_label_width = 42.0;  // of "1e-09" and a gap; nearer ticks are not all labelled
constexpr const char* grid = "stroke=\"#dddddd\"";
constexpr double legend_pitch = 17.0;
constexpr int shades = 24;
constexpr double key_line = 28.0;
constexpr double key_letter = 6.6;  // mean width at a font size of 12
constexpr double key_gap = 20.0;

/// 1, 2 and 5 of every decade inside the axis; its edges if there are fewer than two of them.
std::vector<double> ticks_in_decades(const PlotAxis& axis) {
  std::vector<double> values;
  const auto last = static_cast<int>(std::floor(std::log10(axis.to)));
  for (auto decade = static_cast<int>(std::floor(std::log10(axis.from))); decade <= last; ++decade) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double value = factor * std::pow(10.0, decade);
      if (value >= axis.from * (1.0 - 1e-9) && value <= axis.to * (1.0 + 1e-9)) values.push_back(value);
    }
  }
  if (values.size() >= 2) return values;
  return {axis.from, axis.to};
}

/// Round values from one edge to the other: 1, 2 or 5 of a decade apart, or whole decades.
std::vector<double> ticks(const PlotAxis& axis) {
  std::vector<double> values;
  if (axis.logarithmic) {
    const auto last = static_cast<int>(std::floor(std::log10(axis.to) + 1e-9));
    for (auto decade = static_cast<int>(std::ceil(std::log10(axis.from) - 1e-9)); decade <= last; ++decade) {
      values.push_back(std::pow(10.0, decade));
    }
    if (values.size() >= 3) return values;
    return ticks_in_decades(axis);
  }
  const double rough = (axis.to - axis.from) / 6.0;
  const double decade = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10.0 * decade;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * decade >= rough) step = factor * decade;
  }
  // Adding zero turns a negative zero, which would be printed as such, into the positive one.
  for (double count = std::ceil(axis.from / step - 1e-9) + 0.0; count * step <= axis.to + 1e-9 * step; ++count) {
    values.push_back(count * step);
  }
  return values;
}

}  // namespace

AxisScale::AxisScale(const PlotAxis& axis, double start, double length) : axis_(axis), start_(start), length_(length) {}

double AxisScale::operator()(double value) const {
  const double share =
      (transformed(value) - transformed(axis_.from)) / (transformed(axis_.to) - transformed(axis_.from));
  return start_ + std::clamp(share, 0.0, 1.0) * length_;
}

double AxisScale::transformed(double value) const {
  return axis_.logarithmic ? std::log10(std::max(value, axis_.from)) : value;
}

void draw_horizontal_axis(SvgPicture& picture, const PlotFrame& frame, const PlotAxis& axis) {
  const double bottom = frame.top + frame.height;
  const AxisScale scale(axis, frame.left, frame.width);
  const std::vector<double> values = ticks(axis);
  const double pitch = values.size() < 2 ? frame.width : scale(values[1]) - scale(values[0]);
  const auto labelled = static_cast<std::size_t>(std::max(1.0, std::ceil(tick_label_width / pitch)));
  for (std::size_t number = 0; number < values.size(); ++number) {
    const double place = scale(values[number]);
    picture.path({{place, frame.top}, {place, bottom + tick_length}}, grid);
    if (number % labelled == 0) picture.text(place, bottom + 18.0, shortest(values[number]), "text-anchor=\"middle\"");
  }
  picture.path({{frame.left, bottom}, {frame.left + frame.width, bottom}}, "stroke=\"#222222\"");
  picture.text(frame.left + frame.width / 2.0, bottom + 37.0, axis.title, "text-anchor=\"middle\"");
}

namespace {

void draw_axes(SvgPicture& picture, const PlotFrame& frame, const std::string& title, const PlotAxis& x,
               const PlotAxis& y, const AxisScale& up) {
  const double bottom = frame.top + frame.height;
  draw_horizontal_axis(picture, frame, x);
  for (const double value : ticks(y)) {
    const double place = up(value);
    picture.path({{frame.left - tick_length, place}, {frame.left + frame.width, place}}, grid);
    picture.text(frame.left - 8.0, place + 4.0, shortest(value), "text-anchor=\"end\"");
  }
  picture.path({{frame.left, frame.top}, {frame.left, bottom}}, "stroke=\"#222222\"");
  picture.text(frame.left, frame.top - 12.0, title, "font-weight=\"bold\"");
  // Turned about the origin, so the coordinates are the turned ones.
  picture.text(-(frame.top + frame.height / 2.0), frame.left - 45.0, y.title,
               "text-anchor=\"middle\" transform=\"rotate(-90)\"");
}

void draw_legend(SvgPicture& picture, const PlotFrame& frame, const std::vector<PlotSeries>& series, bool left) {
  double y = frame.top + 12.0;
  for (const PlotSeries& curve : series) {
    if (curve.name.empty()) continue;
    const double x = left ? frame.left + 14.0 : frame.left + frame.width - 14.0;
    picture.circle(x, y - 4.0, 4.0, curve.colour);
    picture.text(left ? x + 10.0 : x - 10.0, y, curve.name, left ? "" : "text-anchor=\"end\"");
    y += legend_pitch;
  }
}

std::string stroke_of(const PlotSeries& curve) {
  return "stroke=\"" + curve.colour + "\" stroke-width=\"1.5\"" +
         (curve.dashes.empty() ? "" : " stroke-dasharray=\"" + curve.dashes + "\"");
}

std::string mixed(const std::array<double, 3>& colour, double share) {
  std::string text = "#";
  for (const double part : colour) {
    const auto level = static_cast<unsigned>(std::lround(255.0 + share * (part - 255.0)));
    constexpr const char* digits = "0123456789abcdef";
    text += digits[level / 16U];
    text += digits[level % 16U];
  }
  return text;
}

/// `share` of the way from `from` to `to`.
std::string shade(const ColourMap& map, double share) {
  constexpr std::array<double, 3> blue{0.0, 66.0, 128.0};
  constexpr std::array<double, 3> orange{213.0, 94.0, 0.0};
  if (!map.diverging) return mixed(blue, share);
  return share < 0.5 ? mixed(blue, 1.0 - 2.0 * share) : mixed(orange, 2.0 * share - 1.0);
}

}  // namespace

std::string series_colour(std::size_t number) {
  constexpr std::array<const char*, 7> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                               "#e69f00", "#56b4e9", "#555555"};
  return colours[number % colours.size()];
}

void draw_plot(SvgPicture& picture, const PlotFrame& frame, const std::string& title, const PlotAxis& x,
               const PlotAxis& y, const std::vector<PlotSeries>& series, bool legend_left) {
  const AxisScale across(x, frame.left, frame.width);
  const AxisScale up(y, frame.top + frame.height, -frame.height);
  draw_axes(picture, frame, title, x, y, up);
  for (const PlotSeries& curve : series) {
    std::vector<std::pair<double, double>> band;
    for (std::size_t i = 0; i < curve.low.size(); ++i) band.emplace_back(across(curve.x[i]), up(curve.low[i]));
    for (std::size_t i = curve.high.size(); i-- > 0;) band.emplace_back(across(curve.x[i]), up(curve.high[i]));
    picture.area(band, "fill=\"" + curve.colour + "\" fill-opacity=\"0.15\"");
  }
  for (const PlotSeries& curve : series) {
    std::vector<std::pair<double, double>> points;
    for (std::size_t i = 0; i < curve.x.size(); ++i) points.emplace_back(across(curve.x[i]), up(curve.y[i]));
    if (curve.line) picture.path(points, stroke_of(curve));
    if (!curve.markers) continue;
    for (const auto& [left, top] : points) picture.circle(left, top, 2.5, curve.colour);
  }
  draw_legend(picture, frame, series, legend_left);
}

double draw_key(SvgPicture& picture, double left, double baseline, const std::vector<PlotSeries>& series) {
  for (const PlotSeries& curve : series) {
    const double middle = baseline - 4.0;
    if (curve.line) picture.path({{left, middle}, {left + key_line, middle}}, stroke_of(curve));
    if (curve.markers) picture.circle(left + key_line / 2.0, middle, 2.5, curve.colour);
    picture.text(left + key_line + 6.0, baseline, curve.name);
    left += key_line + 6.0 + key_letter * static_cast<double>(curve.name.size()) + key_gap;
  }
  return left - key_gap;
}

void draw_map(SvgPicture& picture, const PlotFrame& frame, const ColourMap& map, const Eigen::MatrixXd& values) {
  const double width = frame.width / static_cast<double>(values.cols());
  const double height = frame.height / static_cast<double>(values.rows());
  std::array<std::vector<std::pair<double, double>>, shades> places;
  for (Eigen::Index row = 0; row < values.rows(); ++row) {
    for (Eigen::Index column = 0; column < values.cols(); ++column) {
      const double share = std::clamp((values(row, column) - map.from) / (map.to - map.from), 0.0, 1.0);
      places[static_cast<std::size_t>(std::lround(share * (shades - 1)))].emplace_back(
          frame.left + static_cast<double>(column) * width, frame.top + static_cast<double>(row) * height);
    }
  }
  const double scale_left = frame.left + frame.width + 10.0;
  const double step = frame.height / shades;
  for (std::size_t level = 0; level < shades; ++level) {
    const std::string colour = shade(map, static_cast<double>(level) / (shades - 1));
    picture.boxes(places[level], width, height, colour);
    picture.box(scale_left, frame.top + frame.height - static_cast<double>(level + 1) * step, 10.0, step, colour);
  }
  picture.text(frame.left, frame.top - 12.0, map.title, "font-weight=\"bold\"");
  picture.text(scale_left + 15.0, frame.top + 9.0, shortest(map.to));
  picture.text(scale_left + 15.0, frame.top + frame.height, shortest(map.from));
}

}  // namespace palimpsest
