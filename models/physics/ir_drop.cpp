#include "models/physics/ir_drop.hpp"

#include "models/physics/units.hpp"

namespace palimpsest {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// For each cell of each row, the resistance shared with every other cell of the row times that cell's conductance,
/// summed. The share of a segment is the conductance of all cells behind it, so two running sums do.
MatrixXd relative_row_drop(const MatrixXd& conductances, double segment_megaohm, double driver_megaohm) {
  MatrixXd behind = conductances;
  for (Index column = behind.cols() - 1; column > 0; --column) behind.col(column - 1) += behind.col(column);
  MatrixXd drop = segment_megaohm * behind;
  drop.col(0) += driver_megaohm * behind.col(0);
  for (Index column = 1; column < drop.cols(); ++column) drop.col(column) += drop.col(column - 1);
  return drop;
}

MatrixXd first_order(const MatrixXd& conductances, const WireConfig& wires) {
  const MatrixXd row_drop = relative_row_drop(conductances, wires.row_segment_ohm * micro, wires.driver_ohm * micro);
  // A column is a row whose driver is the sense amplifier, at the other end.
  const MatrixXd column_drop = relative_row_drop(conductances.colwise().reverse().transpose(),
                                                 wires.column_segment_ohm * micro, wires.sense_ohm * micro)
                                   .transpose()
                                   .colwise()
                                   .reverse();
  return conductances.array() / (1.0 + row_drop.array() + column_drop.array());
}

}  // namespace

ArrayConductances effective_conductances(const MatrixXd& conductances, const WireConfig& wires, IrDropModel model) {
  if (model == IrDropModel::exact) return solve_wire_network(conductances, wires);
  const MatrixXd effective = model == IrDropModel::off ? conductances : first_order(conductances, wires);
  return {effective, effective.rowwise().sum()};
}

double driver_power_microwatt(const MatrixXd& driver, const MatrixXd& volts) {
  if (driver.cols() == driver.rows()) return (volts * driver).cwiseProduct(volts).sum();
  return (volts.array().square().matrix() * driver).sum();
}

}  // namespace palimpsest
