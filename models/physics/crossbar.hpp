#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "models/physics/ir_drop.hpp"
#include "models/physics/line_volts.hpp"
#include "models/physics/panel_matrix.hpp"
#include "models/physics/read_draws.hpp"
#include "models/physics/sense_line.hpp"
#include "models/physics/tile_kernels.hpp"

namespace palimpsest {

/// What a read takes while lines are driven, summed over vectors.
struct ReadPower {
  double supply_microampere = 0.0;
  double dissipated_microwatt = 0.0;  ///< in cells and wires
};

/// Reads of a programmed array. Conductances are in microsiemens, voltages in volt, currents in microampere. Lines that
/// are not in use are disconnected: no current flows in them. The array's wires are part of its conductances: they are
/// solved for once, here, and no product costs more for them.
///
/// One product gives what lines carry, their columns less those that are subtracted, and behind them the subtracted
/// columns themselves, so that every column's current is known for the energy.
class Crossbar {
 public:
  /// Called with the currents of `count` vectors from `first` on, [count, stride()], those of the lines in front; they
  /// may be written over.
  using TakeCurrents = std::function<void(Eigen::Index first, Eigen::Index count, float* currents)>;

  /// `conductances` [rows, columns]; `lines` says which columns' currents are subtracted; a column of which another is
  /// subtracted is not subtracted itself. `read_noise` is the standard deviation of one cell's conductance during one
  /// read, relative to it.
  Crossbar(const Eigen::MatrixXf& conductances, const std::vector<SenseLine>& lines, double read_noise,
           const WireConfig& wires = {}, IrDropModel ir_drop = IrDropModel::off);

  /// Standard deviations of what amplifiers add to the lines' currents, referred to them, microampere, [1, lines].
  void set_amplifier_noise(const Eigen::RowVectorXd& microampere);

  /// Signed currents of the lines for `volts`, without noise: [vectors, lines].
  RowMatrixXf currents(const LineVolts& volts) const;

  /// Hands on the lines' currents, microampere, block by block, and returns what the reads take. With `draws` there is
  /// noise on them, of cells and amplifiers, if any.
  ///
  /// Independent cells make a Gaussian column current with variance sum over the rows of (read_noise G v)^2, and an
  /// amplifier adds noise of its own to it, so one draw per line is exact in distribution; lines that share a column
  /// share a draw of its noise. G is the effective conductance: how one cell's deviation moves the others' voltages is
  /// left out.
  ///
  /// Drivers and amplifiers work about the middle of one supply. A row at a positive voltage takes its current from the
  /// supply, one at a negative voltage passes its current to ground; a column that gives current passes it to ground
  /// through its amplifier, one that takes current has it from the supply. So the supply's current is the sum of the
  /// positive row currents and of the columns' negative ones. What enters an array leaves it: the first less the
  /// negative row currents' magnitudes is the columns' positive ones less the second. Hence it is half the sum of the
  /// magnitudes of all row and column currents. Every column counts, references too.
  ReadPower read(const LineVolts& volts, const ReadDraws* draws, const TakeCurrents& take) const;

  /// Effective conductances at the input of each line's amplifier, microsiemens, [1, lines]: all cells of both columns.
  const Eigen::RowVectorXd& line_conductances() const { return line_conductances_; }

  /// Effective conductance of each cell of a line less that of the cell it is subtracted from, microsiemens: what a row
  /// driven by itself gives, [rows, lines].
  Eigen::MatrixXf line_differences() const;

  Eigen::Index lines() const { return line_conductances_.cols(); }
  std::size_t stride() const { return products_.stride(); }
  Eigen::Index rows() const { return static_cast<Eigen::Index>(products_.rows()); }

 private:
  struct Block;

  void add_noise(const LineVolts& volts, const ReadDraws& draws, const Block& block) const;
  void set_products(const Eigen::MatrixXd& effective, const std::vector<SenseLine>& lines);
  void set_variances(const Eigen::MatrixXd& effective, const std::vector<SenseLine>& lines);

  PanelMatrix products_;                       ///< lines, and behind them the columns that are no line's own
  std::vector<SubtractedColumns> subtracted_;  ///< in them
  PanelMatrix variances_;                      ///< (read_noise G)^2 of the lines, and behind them of shared columns
  std::vector<SubtractedColumns> shared_;      ///< in them
  std::vector<float> amplifier_variances_;     ///< as they lie; empty without noise
  PanelMatrix driver_;                         ///< what the drivers see, as in ArrayConductances
  Eigen::VectorXd driver_diagonal_;            ///< in its place where it is diagonal
  Eigen::RowVectorXd line_conductances_;
};

}  // namespace palimpsest
