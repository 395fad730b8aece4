#include "models/physics/cell_array.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/physics/access_transistor.hpp"
#include "models/physics/write_group_builder.hpp"

namespace palimpsest {

namespace {

// Cells of one array are numbered in 24 bits: 4096 x 4096 at most.
std::uint64_t cell_number(std::uint32_t unit, std::size_t cell) { return (std::uint64_t{unit} << 24U) | cell; }

/// Of the cells in groups of `parallel_cells` neighbours of a row: those that are written, without empty groups.
WriteGroupBuilder& group_of(std::vector<WriteGroupBuilder>& groups, Eigen::Index column, Eigen::Index& group_column,
                            std::uint32_t parallel_cells) {
  const Eigen::Index first = column - column % parallel_cells;
  if (group_column != first) groups.emplace_back();
  group_column = first;
  return groups.back();
}

}  // namespace

CellArray::CellArray(const CellConfig& config, std::uint64_t seed, std::uint32_t unit, std::uint32_t rows,
                     std::uint32_t columns, const FaultConfig& faults)
    : config_(config),
      seed_(seed),
      unit_(unit),
      programmed_(Eigen::MatrixXf::Constant(
          rows, columns,
          static_cast<float>(conductance_behind(config.access_transistor_ohm, config.window_low_microsiemens)))) {
  last_pulsed_.setZero(rows, columns);
  pulse_counts_.setZero(rows, columns);
  round_pulse_counts_.setZero(rows, columns);
  targets_.setConstant(rows, columns, std::numeric_limits<float>::quiet_NaN());
  tolerances_.setZero(rows, columns);
  traits_.reserve(static_cast<std::size_t>(programmed_.size()));
  for (std::size_t cell = 0; cell < static_cast<std::size_t>(programmed_.size()); ++cell) {
    RandomStream stream(seed, RandomPurpose::cell_traits, cell_number(unit, cell), 0);
    traits_.push_back(draw_traits(config, stream));
  }
  set_faults(faults);
}

void CellArray::set_faults(const FaultConfig& faults) {
  for (std::size_t cell = 0; cell < traits_.size(); ++cell) {
    RandomStream stream(seed_, RandomPurpose::faults, cell_number(unit_, cell), 0);
    states_.push_back(drawn_state(faults, stream.uniform()));
  }
  const auto mapped = faults.map.find(unit_);
  if (mapped != faults.map.end()) {
    for (const MappedCell& cell : mapped->second) {
      if (cell.row < rows() && cell.column < columns()) states_[cell_index(cell.row, cell.column)] = cell.state;
    }
  }
  for (Eigen::Index row = 0; row < rows(); ++row) {
    for (Eigen::Index column = 0; column < columns(); ++column) {
      const std::size_t index = cell_index(row, column);
      if (states_[index] == CellState::working) continue;
      // No pulse makes a step.
      traits_[index] = {0.0, 0.0};
      programmed_(row, column) = static_cast<float>(
          states_[index] == CellState::stuck_low ? config_.limit_low_microsiemens : config_.limit_high_microsiemens);
    }
  }
}

ArrayWrite CellArray::write(const WriteVerifyConfig& config, const Eigen::MatrixXf& targets,
                            const Eigen::MatrixXf& tolerances, std::uint32_t step) {
  ArrayWrite result;
  std::vector<WriteGroupBuilder> groups;
  moments_.push_back({now_s_, reads_, step});
  const auto moment = static_cast<std::uint32_t>(moments_.size() - 1);
  for (Eigen::Index row = 0; row < targets.rows(); ++row) {
    Eigen::Index group_column = -1;
    for (Eigen::Index column = 0; column < targets.cols(); ++column) {
      if (targets(row, column) == targets_(row, column) && tolerances(row, column) == tolerances_(row, column))
        continue;
      const bool rewritten = !std::isnan(targets_(row, column));
      const bool formed = config.forming && !rewritten;
      targets_(row, column) = targets(row, column);
      tolerances_(row, column) = tolerances(row, column);
      const std::size_t cell = cell_index(row, column);
      RandomStream stream(seed_, RandomPurpose::write_pulses, cell_number(unit_, cell), step);
      const CellTarget target{double{targets(row, column)}, double{tolerances(row, column)}, rewritten};
      const CellWrite write =
          write_cell(config_, config, traits_[cell], conductance_after(0.0, row, column), target, stream);
      if (!write.pulses.empty()) {
        programmed_(row, column) = static_cast<float>(write.conductance);
        last_pulsed_(row, column) = moment;
      }
      pulse_counts_(row, column) += write.pulses.size();
      round_pulse_counts_(row, column) += write.pulses.size();
      result.failed_cells += write.converged ? 0 : 1;
      result.pulse_energy_joule += write.pulse_energy_joule;
      result.pulse_charge_coulomb += write.pulse_charge_coulomb;
      if (formed) {
        result.pulse_charge_coulomb += forming_coulomb(*config.forming);
        result.pulse_energy_joule += config.forming->volt * forming_coulomb(*config.forming);
      }
      result.verified_microsiemens += write.verified_conductance_microsiemens;
      group_of(groups, column, group_column, config.parallel_cells).add(write, formed);
    }
  }
  result.groups.reserve(groups.size());
  for (const WriteGroupBuilder& group : groups) result.groups.push_back(group.group());
  return result;
}

ArrayWrite CellArray::read_back(const WriteVerifyConfig& config) const {
  ArrayWrite result;
  for (Eigen::Index row = 0; row < rows(); ++row) {
    for (Eigen::Index column = 0; column < columns(); ++column) {
      if (column % config.parallel_cells == 0) result.groups.push_back({0, {WriteRound{}}});
      ++result.groups.back().rounds[0].verify_reads;
      result.verified_microsiemens +=
          conductance_through(config_.access_transistor_ohm, conductance_after(0.0, row, column));
    }
  }
  return result;
}

ArrayWear CellArray::wear() const {
  ArrayWear wear;
  for (Eigen::Index row = 0; row < rows(); ++row) {
    for (Eigen::Index column = 0; column < columns(); ++column) {
      const std::uint64_t pulses = pulse_counts_(row, column);
      if (states_[cell_index(row, column)] != CellState::working)
        wear.add_stuck_cell();
      else
        wear.add_cell(config_.endurance_cycles, tolerances_(row, column), pulses, round_pulse_counts_(row, column),
                      now_s_ - moments_[last_pulsed_(row, column)].seconds);
    }
  }
  return wear;
}

Eigen::MatrixXf CellArray::conductances_after(double seconds) const {
  Eigen::MatrixXf conductances(rows(), columns());
  for (Eigen::Index row = 0; row < rows(); ++row) {
    for (Eigen::Index column = 0; column < columns(); ++column) {
      conductances(row, column) = static_cast<float>(
          conductance_through(config_.access_transistor_ohm, conductance_after(seconds, row, column)));
    }
  }
  return conductances;
}

double CellArray::conductance_after(double seconds, Eigen::Index row, Eigen::Index column) const {
  if (states_[cell_index(row, column)] != CellState::working) return double{programmed_(row, column)};
  const RetentionConfig& retention = config_.retention;
  const ConductanceLimits limits{config_.limit_low_microsiemens, config_.limit_high_microsiemens};
  const WriteMoment& moment = moments_[last_pulsed_(row, column)];
  const double age = pulse_counts_(row, column) == 0 ? 0.0 : now_s_ + seconds - moment.seconds;
  double conductance{programmed_(row, column)};
  if (age > 0.0) {
    const std::uint64_t number = cell_number(unit_, cell_index(row, column));
    RandomStream relaxation(seed_, RandomPurpose::relaxation, number, moment.step);
    RandomStream exponent(seed_, RandomPurpose::retention_exponent, number, 0);
    conductance = relaxed(retention, limits, conductance, age, relaxation.normal());
    conductance = retained(limits, conductance, age, retention_exponent(retention, exponent.normal()));
  }
  return disturbed(retention, limits, conductance, reads_ - moment.reads);
}

}  // namespace palimpsest
