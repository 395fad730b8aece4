#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "models/physics/ir_drop.hpp"
#include "models/physics/random.hpp"
#include "models/physics/sense_line.hpp"

namespace palimpsest {

/// The array of a tile.
struct CrossbarConfig {
  std::uint32_t rows = 128;
  std::uint32_t columns = 128;
  double read_ns = 100.0;  ///< how long the lines are driven and sensed
  /// Whether products see the cells' read noise, as hardware does; a study may leave it to the verify reads.
  bool noisy_cells = true;
};

/// What a read takes while lines are driven, summed over vectors.
struct ReadPower {
  double supply_microampere = 0.0;
  double dissipated_microwatt = 0.0;  ///< in cells and wires
};

/// Reads of a programmed array. Conductances are in microsiemens, voltages in volt, currents in microampere. Lines that
/// are not in use are disconnected: no current flows in them. The array's wires are part of its conductances: they are
/// solved for once, here, and no product costs more for them.
class Crossbar {
 public:
  /// `conductances` [rows, columns]; `lines` says which columns' currents are subtracted; `read_noise` is the standard
  /// deviation of one cell's conductance during one read, relative to it.
  Crossbar(const Eigen::MatrixXf& conductances, std::vector<SenseLine> lines, double read_noise,
           const WireConfig& wires = {}, IrDropModel ir_drop = IrDropModel::off);

  /// Signed currents of the lines for `volts` [vectors, rows]: [vectors, lines].
  Eigen::MatrixXf currents(const Eigen::MatrixXf& volts) const;

  /// Adds the read noise of these vectors to `currents` [vectors, lines]. Independent cells make a Gaussian column
  /// current with variance sum over the rows of (read_noise G v)^2, so one draw per column is exact in distribution;
  /// lines that share a column share its draw. G is the effective conductance: how one cell's deviation moves the
  /// others' voltages is left out.
  void add_read_noise(const Eigen::MatrixXf& volts, RandomStream& stream, Eigen::Ref<Eigen::MatrixXf> currents) const;

  /// `conducting` [vectors, rows] are the voltages that the currents follow, which differ from `volts` where a cell's
  /// current is not linear in its voltage.
  ///
  /// Drivers and amplifiers work about the middle of one supply. A row at a positive voltage takes its current from the
  /// supply, one at a negative voltage passes its current to ground; a column that gives current passes it to ground
  /// through its amplifier, one that takes current has it from the supply. So the supply's current is the sum of the
  /// positive row currents and of the columns' negative ones. What enters an array leaves it: the first less the
  /// negative row currents' magnitudes is the columns' positive ones less the second. Hence it is half the sum of the
  /// magnitudes of all row and column currents. Every column counts, references too.
  ReadPower read_power(const Eigen::MatrixXf& volts, const Eigen::MatrixXf& conducting) const;

  /// Effective conductances at the input of each line's amplifier, microsiemens, [1, lines]: all cells of both columns.
  Eigen::RowVectorXd line_conductances() const;

  /// Effective conductance of each cell of a line less that of the cell it is subtracted from, microsiemens: what a row
  /// driven by itself gives, [rows, lines].
  const Eigen::MatrixXf& line_differences() const { return difference_; }

  bool is_noisy() const { return read_noise_ > 0.0F; }

 private:
  float read_noise_;
  std::vector<SenseLine> lines_;
  Eigen::MatrixXf difference_;  ///< of the lines' columns, [rows, lines]
  Eigen::MatrixXf effective_;   ///< G, [rows, columns]
  Eigen::MatrixXf squared_;     ///< G^2, [rows, columns]
  Eigen::MatrixXf driver_;      ///< what the drivers see, as in ArrayConductances
};

}  // namespace palimpsest
