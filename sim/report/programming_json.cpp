#include "sim/report/programming_json.hpp"

#include <cmath>
#include <utility>

#include "sim/report/programming_statistics.hpp"
#include "sim/report/provenance_parts.hpp"

namespace palimpsest {

namespace {

/// Single precision has no more than that to say about a conductance.
double rounded(double microsiemens) { return std::round(microsiemens * 1e4) / 1e4; }

Json matrix_json(const Eigen::MatrixXd& matrix) {
  Json rows = Json::array();
  for (Eigen::Index row = 0; row < matrix.rows(); ++row) {
    Json values = Json::array();
    for (Eigen::Index column = 0; column < matrix.cols(); ++column) values.push_back(rounded(matrix(row, column)));
    rows.push_back(values);
  }
  return rows;
}

template <class Owner, class Table>
void add_members(Json& json, const Owner& owner, const Table& table) {
  for (const auto& statistic : table) json[std::string(statistic.name)] = owner.*statistic.member;
}

Json point_json(const TolerancePoint& point) {
  Json json = Json::object();
  add_members(json, point, curve_values);
  add_members(json, point, curve_counts);
  return json;
}

Json trajectory_json(const CellTrajectory& trajectory) {
  Json json = {{"target_us", trajectory.target}, {"start_us", trajectory.start}, {"converged", trajectory.converged}};
  json["pulses"] = Json::array();
  for (const CellPulse& pulse : trajectory.pulses) {
    json["pulses"].push_back({{"direction", pulse.set ? "set" : "reset"},
                              {"volt", pulse.volt},
                              {"gate_volt", pulse.gate_volt ? Json(*pulse.gate_volt) : Json(nullptr)},
                              {"conductance_us", rounded(pulse.conductance)}});
  }
  return json;
}

Json map_json(const ProgrammedMap& map) {
  Json json = {{"name", map.name}};
  add_members(json, map.writes, map_counts);
  add_members(json, map, map_values);
  for (const auto& matrix : map_matrices) json[std::string(matrix.name)] = matrix_json(map.*matrix.member);
  return json;
}

Json single_shots_json(const SingleShots& shots) {
  Json json = Json::object();
  add_members(json, shots, line_values);
  json["levels"] = Json::array();
  for (const SingleShotLevel& level : shots.levels) {
    Json values = Json::object();
    add_members(values, level, level_values);
    json["levels"].push_back(values);
  }
  return json;
}

Json programming_descriptions() {
  Json json = Json::object();
  json["tolerance_us"] = {{"unit", "uS"}, {"meaning", "tolerated error of trajectories and maps"}};
  describe(json, "curve.", curve_values);
  describe(json, "curve.", curve_counts);
  describe(json, "trajectories.", trajectory_statistics);
  describe(json, "maps.", map_counts);
  describe(json, "maps.", map_values);
  describe(json, "maps.", map_matrices);
  describe(json, "single_shots.", line_values);
  describe(json, "single_shots.levels.", level_values);
  return json;
}

}  // namespace

std::string programming_json(const ProgrammingReport& report) {
  Json json = report_head(programming_schema);
  json["architecture"] = report.architecture;
  json["energy_table"] = report.energy_table;
  json["resistive_memory"] = report.resistive_memory;
  json["retention"] = report.retention;
  json["seed"] = report.seed;
  json["tolerance_us"] = report.tolerance_microsiemens;
  json["curve"] = Json::array();
  for (const TolerancePoint& point : report.curve) json["curve"].push_back(point_json(point));
  json["trajectories"] = Json::array();
  for (const CellTrajectory& trajectory : report.trajectories) {
    json["trajectories"].push_back(trajectory_json(trajectory));
  }
  json["maps"] = Json::array();
  for (const ProgrammedMap& map : report.maps) json["maps"].push_back(map_json(map));
  json["single_shots"] = report.single_shots ? single_shots_json(*report.single_shots) : Json(nullptr);
  return report_text(std::move(json), report.provenance, programming_descriptions());
}

}  // namespace palimpsest
