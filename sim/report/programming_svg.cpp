#include "sim/report/programming_svg.hpp"

#include <algorithm>
#include <utility>

#include "sim/report/number_format.hpp"
#include "sim/report/plot.hpp"
#include "sim/report/provenance_parts.hpp"
#include "sim/report/svg_picture.hpp"

namespace palimpsest {

namespace {

// Pixels.
constexpr double left = 84.0;
constexpr double plot_width = 776.0;
constexpr double plot_height = 210.0;
constexpr double curve_top = 84.0;
constexpr double trajectory_top = 418.0;
constexpr double trajectory_width = 360.0;
constexpr double trajectory_height = 130.0;
constexpr double trajectory_gap = 56.0;
constexpr double trajectory_pitch = 190.0;
constexpr double map_top = 856.0;
constexpr double map_size = 200.0;
constexpr double map_pitch = 288.0;
constexpr double map_row = 252.0;
constexpr double single_shot_gap = 36.0;
constexpr double single_shot_row = 260.0;
constexpr double picture_width = 930.0;

// Numbers of series_colour().
constexpr std::size_t set_colour = 0;
constexpr std::size_t reset_colour = 1;
constexpr std::size_t target_colour = 2;

void draw_curve(SvgPicture& picture, const ProgrammingReport& report) {
  PlotSeries mean;
  mean.name = "mean; band: 10 % to 90 % of the cells";
  mean.colour = series_colour(0);
  PlotSeries median;
  median.name = "median";
  median.colour = series_colour(1);
  double most = 1.0;
  for (const TolerancePoint& point : report.curve) {
    mean.x.push_back(point.tolerance_microsiemens);
    mean.y.push_back(point.mean_cycles);
    mean.low.push_back(static_cast<double>(point.tenth_cycles));
    mean.high.push_back(static_cast<double>(point.nine_tenths_cycles));
    median.x.push_back(point.tolerance_microsiemens);
    median.y.push_back(static_cast<double>(point.median_cycles));
    most = std::max({most, mean.y.back(), mean.high.back()});
  }
  picture.text(left, curve_top - 16.0,
               "Write-verify cycles of a fresh cell, " + std::to_string(report.curve.front().cells) + " cells a point",
               "font-size=\"14\" font-weight=\"bold\"");
  const bool one_point = report.curve.size() == 1;
  const double from = report.curve.front().tolerance_microsiemens * (one_point ? 0.5 : 1.0);
  const double to = report.curve.back().tolerance_microsiemens * (one_point ? 2.0 : 1.0);
  draw_plot(picture, {left, curve_top, plot_width, plot_height}, "", {"tolerated error (uS)", true, from, to},
            {"cycles", false, 0.0, 1.05 * most}, {mean, median});
}

/// Conductance after the pulses of one direction.
PlotSeries after_pulses(const CellTrajectory& path, bool set) {
  PlotSeries series;
  series.colour = series_colour(set ? set_colour : reset_colour);
  series.line = false;
  for (std::size_t pulse = 0; pulse < path.pulses.size(); ++pulse) {
    if (path.pulses[pulse].set != set) continue;
    series.x.push_back(static_cast<double>(pulse + 1));
    series.y.push_back(path.pulses[pulse].conductance);
  }
  return series;
}

PlotSeries whole_path(const CellTrajectory& path) {
  PlotSeries series;
  series.colour = "#bbbbbb";
  series.markers = false;
  series.x = {0.0};
  series.y = {path.start};
  for (const CellPulse& pulse : path.pulses) {
    series.x.push_back(static_cast<double>(series.x.size()));
    series.y.push_back(pulse.conductance);
  }
  return series;
}

PlotSeries target_line(const CellTrajectory& path, double tolerance, double end) {
  PlotSeries series;
  series.colour = series_colour(target_colour);
  series.markers = false;
  series.x = {0.0, end};
  series.y = {path.target, path.target};
  series.low = {path.target - tolerance, path.target - tolerance};
  series.high = {path.target + tolerance, path.target + tolerance};
  return series;
}

void draw_trajectories(SvgPicture& picture, const ProgrammingReport& report) {
  const double title = trajectory_top - 40.0;
  picture.text(left, title, "Single cells", "font-size=\"14\" font-weight=\"bold\"");
  double key = left + 110.0;
  for (const auto& [colour, words] : {std::pair{set_colour, "after a SET pulse"},
                                      {reset_colour, "after a RESET pulse"},
                                      {target_colour, "target and tolerance"}}) {
    picture.circle(key, title - 4.0, 4.0, series_colour(colour));
    picture.text(key + 10.0, title, words);
    key += 160.0;
  }
  for (std::size_t number = 0; number < report.trajectories.size(); ++number) {
    const CellTrajectory& path = report.trajectories[number];
    const double end = std::max(static_cast<double>(path.pulses.size()), 10.0);
    const auto column = static_cast<double>(number % 2);
    const double row = number < 2 ? 0.0 : 1.0;
    draw_plot(picture,
              {left + column * (trajectory_width + trajectory_gap), trajectory_top + row * trajectory_pitch,
               trajectory_width, trajectory_height},
              "To " + shortest(path.target) + " uS, " + std::to_string(path.pulses.size()) +
                  (path.pulses.size() == 1 ? " pulse" : " pulses") + (path.converged ? "" : ", given up"),
              {row > 0.0 ? "pulses" : "", false, 0.0, end},
              {column > 0.0 ? "" : "conductance (uS)", false, 0.0, 1.15 * report.window_high_microsiemens},
              {target_line(path, report.tolerance_microsiemens, end), whole_path(path), after_pulses(path, true),
               after_pulses(path, false)});
  }
}

void draw_maps(SvgPicture& picture, const ProgrammingReport& report) {
  picture.text(left, map_top - 40.0, "Letters written into arrays", "font-size=\"14\" font-weight=\"bold\"");
  double top = map_top;
  for (const ProgrammedMap& map : report.maps) {
    const ColourMap window{"", report.window_low_microsiemens, report.window_high_microsiemens, false};
    ColourMap target = window;
    target.title = map.name + ", target (uS)";
    ColourMap programmed = window;
    programmed.title = map.name + ", programmed (uS)";
    const double range = 1.5 * report.tolerance_microsiemens;
    const ColourMap error{"Error (uS), rms " + engineering(map.rms_error * 1e-6, "S"), -range, range, true};
    draw_map(picture, {left, top, map_size, map_size}, target, map.target);
    draw_map(picture, {left + map_pitch, top, map_size, map_size}, programmed, map.programmed);
    draw_map(picture, {left + 2.0 * map_pitch, top, map_size, map_size}, error, map.error);
    top += map_row;
  }
}

PlotSeries shots_series(const SingleShots& shots, double SingleShotLevel::*mean, double SingleShotLevel::*deviation) {
  PlotSeries series;
  series.markers = false;
  for (const SingleShotLevel& level : shots.levels) {
    series.x.push_back(level.gate_volt);
    series.y.push_back(level.*mean);
    series.low.push_back(level.*mean - level.*deviation);
    series.high.push_back(level.*mean + level.*deviation);
  }
  return series;
}

void draw_single_shots(SvgPicture& picture, const ProgrammingReport& report, double top) {
  const SingleShots& shots = *report.single_shots;
  PlotSeries typical = shots_series(shots, &SingleShotLevel::mean, &SingleShotLevel::deviation);
  typical.name = "a typical cell; band: standard deviation of the landing";
  typical.colour = series_colour(0);
  PlotSeries cells = shots_series(shots, &SingleShotLevel::cells_mean, &SingleShotLevel::cells_deviation);
  cells.name = "over cells; band: standard deviation";
  cells.colour = series_colour(1);
  const double most = *std::max_element(cells.high.begin(), cells.high.end());
  picture.text(left, top - 16.0,
               "One SET after a RESET, " + std::to_string(shots.levels.size()) + " levels " +
                   two_decimals(shots.level_distance) + " uS apart: R^2 " + shortest(shots.r_squared) +
                   ", landing noise " + one_decimal(shots.mean_deviation) + " uS",
               "font-size=\"14\" font-weight=\"bold\"");
  draw_plot(picture, {left, top, plot_width, plot_height}, "",
            {"gate voltage (V)", false, shots.levels.front().gate_volt, shots.levels.back().gate_volt},
            {"conductance (uS)", false, 0.0, 1.05 * most}, {cells, typical}, true);
}

}  // namespace

std::string programming_svg(const ProgrammingReport& report) {
  SvgPicture picture;
  picture.text(left, 30.0,
               "Writing cells of " + report.architecture + " (" + report.resistive_memory + "), seed " +
                   std::to_string(report.seed) + "; single cells and letters to " +
                   shortest(report.tolerance_microsiemens) + " uS",
               "font-size=\"16\" font-weight=\"bold\"");
  draw_curve(picture, report);
  draw_trajectories(picture, report);
  draw_maps(picture, report);
  double height = map_top + static_cast<double>(report.maps.size()) * map_row;
  if (report.single_shots) {
    draw_single_shots(picture, report, height + single_shot_gap);
    height += single_shot_gap + single_shot_row;
  }
  return svg_with_provenance(std::move(picture), picture_width, height, report.provenance);
}

}  // namespace palimpsest
