#pragma once

#include <Eigen/Core>

namespace palimpsest {

/// The wires of a crossbar, ohm, each >= 0. Rows are driven at their left ends and columns sensed at their bottom ends;
/// there is one segment between neighbouring cells, one from a driver to its first cell and one from the last cell of a
/// column to its sense amplifier, whose input is at ground.
struct WireConfig {
  double row_segment_ohm = 0.0;
  double column_segment_ohm = 0.0;
  double driver_ohm = 0.0;  ///< output resistance of a driver, in series with its row
  double sense_ohm = 0.0;   ///< input resistance of a sense amplifier, in series with its column
};

/// What an array of resistors is to those who drive and sense it, microsiemens. With volts V on the rows the columns
/// give the currents V^T effective and the drivers deliver driver V, microampere.
struct ArrayConductances {
  Eigen::MatrixXd effective;  ///< [rows, columns]
  Eigen::MatrixXd driver;     ///< [rows, rows], symmetric; or [rows, 1]: the diagonal of a diagonal matrix
};

/// Solves the resistive network of cells and wires exactly, up to rounding, for any resistances, zero included.
/// `conductances` [rows, columns], microsiemens, each >= 0, at least one; `driver` comes back as [rows, rows].
///
/// All nodes but the ends of the wires are eliminated, in the order of nested dissection (George 1973): O(n^3) for n x
/// n cells, where solving row by row is O(n^4). Each element comes out with a relative error of a few roundings,
/// however far the resistances are apart. The memory that this takes is kept by the thread for its next array.
ArrayConductances solve_wire_network(const Eigen::MatrixXd& conductances, const WireConfig& wires);

}  // namespace palimpsest
