#include "sim/report/programming_text.hpp"

#include <algorithm>

#include "sim/report/number_format.hpp"
#include "sim/report/programming_statistics.hpp"
#include "sim/report/text_table.hpp"

namespace palimpsest {

namespace {

std::string curve_table(const ProgrammingReport& report) {
  TextTable table(0);
  std::vector<std::string> header;
  header.reserve(curve_values.size() + curve_counts.size());
  for (const auto& statistic : curve_values) header.emplace_back(statistic.title);
  for (const auto& statistic : curve_counts) header.emplace_back(statistic.title);
  table.row(std::move(header));
  for (const TolerancePoint& point : report.curve) {
    std::vector<std::string> cells;
    for (const auto& statistic : curve_values) {
      const double value = point.*statistic.member;
      cells.push_back(statistic.unit == "J" || statistic.unit == "s" ? engineering(value, std::string(statistic.unit))
                      : statistic.unit == "uS"                       ? shortest(value) + " uS"
                                                                     : one_decimal(value));
    }
    for (const auto& statistic : curve_counts) cells.push_back(grouped(point.*statistic.member));
    table.row(std::move(cells));
  }
  return table.text();
}

std::string trajectory_table(const ProgrammingReport& report) {
  TextTable table(1);
  table.row({"single cells", "target", "after", "SET", "RESET", "largest amplitude", "largest gate", "converged"});
  for (std::size_t number = 0; number < report.trajectories.size(); ++number) {
    const CellTrajectory& path = report.trajectories[number];
    std::uint64_t sets = 0;
    double volt = 0.0;
    std::optional<double> gate_volt;
    for (const CellPulse& pulse : path.pulses) {
      sets += pulse.set ? 1 : 0;
      volt = std::max(volt, pulse.volt);
      if (pulse.gate_volt) gate_volt = std::max(gate_volt.value_or(0.0), *pulse.gate_volt);
    }
    const double after = path.pulses.empty() ? path.start : path.pulses.back().conductance;
    table.row({"cell " + std::to_string(number + 1), shortest(path.target) + " uS", one_decimal(after) + " uS",
               grouped(sets), grouped(path.pulses.size() - sets), shortest(volt) + " V",
               gate_volt ? shortest(*gate_volt) + " V" : "fully on", path.converged ? "yes" : "no"});
  }
  return table.text();
}

std::string map_table(const ProgrammingReport& report) {
  TextTable table(1);
  std::vector<std::string> header{"maps"};
  for (const auto& statistic : map_counts) header.emplace_back(statistic.title);
  for (const auto& statistic : map_values) header.emplace_back(statistic.title);
  table.row(std::move(header));
  for (const ProgrammedMap& map : report.maps) {
    std::vector<std::string> cells{map.name};
    for (const auto& statistic : map_counts) cells.push_back(grouped(map.writes.*statistic.member));
    for (const auto& statistic : map_values) {
      const double value = map.*statistic.member;
      cells.push_back(statistic.unit == "uS" ? engineering(value * 1e-6, "S")
                                             : engineering(value, std::string(statistic.unit)));
    }
    table.row(std::move(cells));
  }
  return table.text();
}

/// Every sixteenth level, and the line through all.
std::string single_shot_table(const SingleShots& shots) {
  constexpr std::size_t shown_every = 16;
  TextTable table(0);
  std::vector<std::string> header;
  header.reserve(level_values.size());
  for (const auto& statistic : level_values) header.emplace_back(statistic.title);
  table.row(std::move(header));
  for (std::size_t number = 0; number < shots.levels.size(); number += shown_every) {
    std::vector<std::string> cells;
    cells.reserve(level_values.size());
    for (const auto& statistic : level_values)
      cells.push_back(two_decimals(shots.levels[number].*statistic.member) + " " + std::string(statistic.unit));
    table.row(std::move(cells));
  }
  return "\nOne SET after a RESET, " + std::to_string(shots.levels.size()) + " levels of the gate voltage\n\n" +
         table.text() + "\nStraight line: " + two_decimals(shots.slope) + " uS/V, R^2 " + shortest(shots.r_squared) +
         ", a mean at most " + two_decimals(shots.largest_deviation) + " uS off; levels are " +
         two_decimals(shots.level_distance) + " uS apart, one shot lands within " + two_decimals(shots.mean_deviation) +
         " uS (standard deviation)\n";
}

}  // namespace

std::string programming_text(const ProgrammingReport& report) {
  return "Palimpsest: writing the cells of " + report.architecture + ", " + report.resistive_memory + ", seed " +
         std::to_string(report.seed) + "\n\nCycles against tolerated error\n\n" + curve_table(report) +
         "\nWritten to " + shortest(report.tolerance_microsiemens) + " uS\n\n" + trajectory_table(report) + "\n" +
         map_table(report) + (report.single_shots ? single_shot_table(*report.single_shots) : "");
}

}  // namespace palimpsest
