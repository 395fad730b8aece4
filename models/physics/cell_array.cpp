#include "models/physics/cell_array.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/physics/access_transistor.hpp"
#include "models/physics/random.hpp"

namespace palimpsest {

namespace {

// Cells of one array are numbered in 24 bits: 4096 x 4096 at most.
std::uint64_t cell_number(std::uint32_t unit, std::size_t cell) { return (std::uint64_t{unit} << 24U) | cell; }

std::uint32_t more_pulses(std::uint32_t before, std::uint32_t pulses) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(before + std::uint64_t{pulses}, most));
}

/// What concerns one array of `rows` x `columns` cells.
FaultConfig faults_of(const FaultConfig& faults, std::uint32_t unit, Eigen::Index rows, Eigen::Index columns) {
  FaultConfig own{faults.stuck_low_share, faults.stuck_high_share, {}};
  const auto mapped = faults.map.find(unit);
  if (mapped == faults.map.end()) return own;
  for (const MappedCell& cell : mapped->second) {
    if (cell.row < rows && cell.column < columns) own.map[unit].push_back(cell);
  }
  return own;
}

}  // namespace

CellArray::CellArray(const CellConfig& config, std::uint64_t seed, std::uint32_t unit, std::uint32_t rows,
                     std::uint32_t columns, const FaultConfig& faults)
    : config_(config),
      seed_(seed),
      unit_(unit),
      faults_(faults_of(faults, unit, rows, columns)),
      programmed_(Eigen::MatrixXf::Constant(
          rows, columns,
          static_cast<float>(conductance_behind(config.access_transistor_ohm, config.window_low_microsiemens)))),
      targets_(Eigen::MatrixXf::Constant(rows, columns, std::numeric_limits<float>::quiet_NaN())),
      last_pulsed_(std::size_t{rows} * columns),
      tolerance_numbers_(std::size_t{rows} * columns),
      pulse_counts_(std::size_t{rows} * columns),
      round_pulse_counts_(std::size_t{rows} * columns) {
  const std::vector<CellState> states = this->states();
  for (std::size_t cell = 0; cell < states.size(); ++cell) {
    if (states[cell] == CellState::working) continue;
    programmed_(static_cast<Eigen::Index>(cell) / columns, static_cast<Eigen::Index>(cell) % columns) =
        static_cast<float>(states[cell] == CellState::stuck_low ? config_.limit_low_microsiemens
                                                                : config_.limit_high_microsiemens);
  }
}

std::vector<CellState> CellArray::states() const {
  std::vector<CellState> states;
  if (faults_.stuck_low_share == 0.0 && faults_.stuck_high_share == 0.0 && faults_.map.empty()) return states;
  states.reserve(static_cast<std::size_t>(programmed_.size()));
  for (std::size_t cell = 0; cell < static_cast<std::size_t>(programmed_.size()); ++cell) {
    RandomStream stream(seed_, RandomPurpose::faults, cell_number(unit_, cell), 0);
    states.push_back(drawn_state(faults_, stream.uniform()));
  }
  for (const auto& [unit, cells] : faults_.map) {
    for (const MappedCell& cell : cells) states[cell_index(cell.row, cell.column)] = cell.state;
  }
  return states;
}

std::uint32_t CellArray::tolerance_number(float tolerance) {
  const auto found = std::find(tolerances_.begin(), tolerances_.end(), tolerance);
  if (found != tolerances_.end()) return static_cast<std::uint32_t>(found - tolerances_.begin());
  tolerances_.push_back(tolerance);
  return static_cast<std::uint32_t>(tolerances_.size() - 1);
}

CellBatch CellArray::pending(const WriteVerifyConfig& config, const Eigen::MatrixXf& targets,
                             const Eigen::MatrixXf& tolerances, CellGroups& groups) const {
  CellBatch batch;
  const std::vector<CellState> states = this->states();
  for (Eigen::Index row = 0; row < rows(); ++row) {
    for (Eigen::Index column = 0; column < columns(); ++column) {
      if (column % config.parallel_cells == 0 && batch.size() > (groups.ends.empty() ? 0 : groups.ends.back()))
        groups.ends.push_back(batch.size());
      const std::size_t cell = cell_index(row, column);
      if (targets(row, column) == targets_(row, column) &&
          tolerances(row, column) == tolerances_[tolerance_numbers_[cell]])
        continue;
      const bool works = states.empty() || states[cell] == CellState::working;
      const bool rewritten = !std::isnan(targets_(row, column));
      batch.add(static_cast<std::uint32_t>(cell),
                works ? static_cast<float>(conductance_after(0.0, row, column)) : programmed_(row, column),
                targets(row, column), tolerances(row, column), rewritten);
      if (config.forming) groups.formed.push_back(rewritten ? 0 : 1);
    }
  }
  if (batch.size() > (groups.ends.empty() ? 0 : groups.ends.back())) groups.ends.push_back(batch.size());
  batch.traits = draw_traits(config_, seed_, cell_number(unit_, 0), batch.cells);
  for (std::size_t place = 0; place < batch.size() && !states.empty(); ++place) {
    // No pulse of a stuck cell makes a step.
    if (states[batch.cells[place]] != CellState::working) batch.traits[place] = {0.0F, 0.0F};
  }
  return batch;
}

ArrayWrite CellArray::write(const WriteVerifyConfig& config, const Eigen::MatrixXf& targets,
                            const Eigen::MatrixXf& tolerances, std::uint32_t step) {
  CellGroups groups;
  const CellBatch batch = pending(config, targets, tolerances, groups);
  const CellWrites writes = write_cells(config_, config, {seed_, cell_number(unit_, 0), step}, batch);
  moments_.push_back({now_s_, reads_, step});
  const auto moment = static_cast<std::uint32_t>(moments_.size() - 1);
  for (std::size_t place = 0; place < batch.size(); ++place) {
    const std::size_t cell = batch.cells[place];
    const auto row = static_cast<Eigen::Index>(cell) / columns();
    const auto column = static_cast<Eigen::Index>(cell) % columns();
    targets_(row, column) = batch.targets[place];
    tolerance_numbers_.set(cell, tolerance_number(batch.tolerances[place]));
    const WrittenCell& written = writes.cells[place];
    if (written.pulses == 0) continue;
    programmed_(row, column) = written.conductance;
    last_pulsed_.set(cell, moment);
    pulse_counts_.set(cell, more_pulses(pulse_counts_[cell], written.pulses));
    round_pulse_counts_.set(cell, more_pulses(round_pulse_counts_[cell], written.pulses));
  }
  return array_write(config, writes, groups);
}

ArrayWrite CellArray::read_back(const WriteVerifyConfig& config) const {
  ArrayWrite result;
  const auto columns_of_row = static_cast<std::uint64_t>(columns());
  const auto rows_read = static_cast<std::uint64_t>(rows());
  result.rounds.add_reads(config.parallel_cells, rows_read * (columns_of_row / config.parallel_cells));
  result.rounds.add_reads(columns_of_row % config.parallel_cells, rows_read);
  result.verified_microsiemens = conductances().cast<double>().sum();
  return result;
}

ArrayWear CellArray::wear() const {
  ArrayWear wear;
  const std::vector<CellState> states = this->states();
  for (std::size_t cell = 0; cell < static_cast<std::size_t>(programmed_.size()); ++cell) {
    if (!states.empty() && states[cell] != CellState::working) {
      wear.add_stuck_cell();
      continue;
    }
    wear.add_cell(config_.endurance_cycles, tolerances_[tolerance_numbers_[cell]], pulse_counts_[cell],
                  round_pulse_counts_[cell], now_s_ - moments_[last_pulsed_[cell]].seconds);
  }
  return wear;
}

std::size_t CellArray::bytes_of_cells() const {
  return static_cast<std::size_t>(programmed_.size() + targets_.size()) * sizeof(float) + last_pulsed_.bytes() +
         tolerance_numbers_.bytes() + pulse_counts_.bytes() + round_pulse_counts_.bytes();
}

Eigen::MatrixXf CellArray::conductances_after(double seconds) const {
  const std::vector<CellState> states = this->states();
  Eigen::MatrixXf conductances(rows(), columns());
  for (Eigen::Index row = 0; row < rows(); ++row) {
    for (Eigen::Index column = 0; column < columns(); ++column) {
      const bool works = states.empty() || states[cell_index(row, column)] == CellState::working;
      const double own = works ? conductance_after(seconds, row, column) : double{programmed_(row, column)};
      conductances(row, column) = static_cast<float>(conductance_through(config_.access_transistor_ohm, own));
    }
  }
  return conductances;
}

double CellArray::conductance_after(double seconds, Eigen::Index row, Eigen::Index column) const {
  const RetentionConfig& retention = config_.retention;
  const ConductanceLimits limits{config_.limit_low_microsiemens, config_.limit_high_microsiemens};
  const std::size_t cell = cell_index(row, column);
  const WriteMoment& moment = moments_[last_pulsed_[cell]];
  const double age = pulse_counts_[cell] == 0 ? 0.0 : now_s_ + seconds - moment.seconds;
  double conductance{programmed_(row, column)};
  if (age > 0.0) {
    const std::uint64_t number = cell_number(unit_, cell);
    RandomStream relaxation(seed_, RandomPurpose::relaxation, number, moment.step);
    RandomStream exponent(seed_, RandomPurpose::retention_exponent, number, 0);
    conductance = relaxed(retention, limits, conductance, age, relaxation.normal());
    conductance = retained(limits, conductance, age, retention_exponent(retention, exponent.normal()));
  }
  return disturbed(retention, limits, conductance, reads_ - moment.reads);
}

}  // namespace palimpsest
