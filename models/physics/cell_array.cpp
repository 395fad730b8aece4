#include "models/physics/cell_array.hpp"

#include <algorithm>

#include "models/physics/access_transistor.hpp"

namespace palimpsest {

namespace {

// Cells of one array are numbered in 24 bits: 4096 x 4096 at most.
std::uint64_t cell_number(std::uint32_t unit, Eigen::Index cell) {
  return (std::uint64_t{unit} << 24U) | static_cast<std::uint64_t>(cell);
}

void add_to_group(WriteGroup& group, const CellWrite& write) {
  if (group.rounds.size() < write.pulses.size() + 1) group.rounds.resize(write.pulses.size() + 1);
  ++group.cells;
  ++group.rounds[0].verify_reads;
  for (std::size_t pulse = 0; pulse < write.pulses.size(); ++pulse) {
    WriteRound& round = group.rounds[pulse + 1];
    ++(write.pulses[pulse].set ? round.set_pulses : round.reset_pulses);
    ++round.verify_reads;
  }
}

}  // namespace

CellArray::CellArray(const CellConfig& config, std::uint64_t seed, std::uint32_t unit, std::uint32_t rows,
                     std::uint32_t columns)
    : config_(config),
      seed_(seed),
      unit_(unit),
      conductances_(Eigen::MatrixXf::Constant(
          rows, columns,
          static_cast<float>(conductance_behind(config.access_transistor_ohm, config.window_low_microsiemens)))) {
  pulse_counts_.setZero(rows, columns);
  traits_.reserve(static_cast<std::size_t>(conductances_.size()));
  for (Eigen::Index cell = 0; cell < conductances_.size(); ++cell) {
    RandomStream stream(seed, RandomPurpose::cell_traits, cell_number(unit, cell), 0);
    traits_.push_back(draw_traits(config, stream));
  }
}

ArrayWrite CellArray::write(const WriteVerifyConfig& config, const Eigen::MatrixXf& targets,
                            const Eigen::MatrixXf& tolerances, std::uint32_t step) {
  ArrayWrite result;
  for (Eigen::Index row = 0; row < targets.rows(); ++row) {
    for (Eigen::Index column = 0; column < targets.cols(); ++column) {
      if (column % config.parallel_cells == 0) result.groups.emplace_back();
      const Eigen::Index cell = row * targets.cols() + column;
      RandomStream stream(seed_, RandomPurpose::write_pulses, cell_number(unit_, cell), step);
      const CellTarget target{double{targets(row, column)}, double{tolerances(row, column)}};
      const CellWrite write = write_cell(config_, config, traits_[static_cast<std::size_t>(cell)],
                                         double{conductances_(row, column)}, target, stream);
      conductances_(row, column) = static_cast<float>(write.conductance);
      pulse_counts_(row, column) += write.pulses.size();
      result.failed_cells += write.converged ? 0 : 1;
      result.pulse_energy_joule += write.pulse_energy_joule;
      result.verified_microsiemens += write.verified_conductance_microsiemens;
      add_to_group(result.groups.back(), write);
    }
  }
  return result;
}

Eigen::MatrixXf CellArray::conductances() const {
  const double ohm = config_.access_transistor_ohm;
  return conductances_.unaryExpr(
      [ohm](float cell) { return static_cast<float>(conductance_through(ohm, double{cell})); });
}

ArrayWrite CellArray::read_back(const WriteVerifyConfig& config) const {
  ArrayWrite result;
  for (Eigen::Index row = 0; row < conductances_.rows(); ++row) {
    for (Eigen::Index column = 0; column < conductances_.cols(); ++column) {
      if (column % config.parallel_cells == 0) result.groups.push_back({0, {WriteRound{}}});
      ++result.groups.back().rounds[0].verify_reads;
      result.verified_microsiemens +=
          conductance_through(config_.access_transistor_ohm, double{conductances_(row, column)});
    }
  }
  return result;
}

}  // namespace palimpsest
