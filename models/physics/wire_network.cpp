#include "models/physics/wire_network.hpp"

#include "models/physics/wires/array_elimination.hpp"

namespace palimpsest {

ArrayConductances solve_wire_network(const Eigen::MatrixXd& conductances, const WireConfig& wires) {
  using Eigen::Index;
  thread_local ArrayElimination array;
  const PartConductances ends = array.solve(conductances, wire_of(wires.row_segment_ohm, wires.driver_ohm),
                                            wire_of(wires.column_segment_ohm, wires.sense_ohm));
  const Index rows = conductances.rows();
  const Index columns = conductances.cols();
  const auto to_rows = [&](Index first_end, Index count) {
    const double* first = ends.values + first_end * ends.stride + array.first_row();
    return Eigen::Map<const Eigen::MatrixXd, 0, Eigen::OuterStride<>>(first, rows, count,
                                                                      Eigen::OuterStride<>(ends.stride));
  };
  ArrayConductances result{to_rows(ArrayElimination::first_column, columns), Eigen::MatrixXd::Zero(rows, rows)};
  result.driver.triangularView<Eigen::StrictlyLower>() = -to_rows(array.first_row(), rows);
  result.driver.triangularView<Eigen::StrictlyUpper>() = result.driver.transpose();
  // All that a row delivers, to columns and to other rows: a sum in which nothing cancels.
  result.driver.diagonal() = result.effective.rowwise().sum() - result.driver.rowwise().sum();
  return result;
}

}  // namespace palimpsest
