#pragma once

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <vector>

#include "models/physics/wire_network.hpp"

namespace palimpsest::test {

struct Resistor {
  Eigen::Index from;
  Eigen::Index to;
  double microsiemens;
};

/// A crossbar as a plain list of resistors, for general nodal analysis. Nodes are a row and a column node per cell, but
/// one for all cells of a wire without resistance and none if its end has none either; then a source per row and a
/// ground per column.
class ResistorNetwork {
 public:
  ResistorNetwork(const Eigen::MatrixXd& conductances, const WireConfig& wires)
      : rows_(conductances.rows()),
        columns_(conductances.cols()),
        row_wire_{wires.row_segment_ohm, wires.driver_ohm},
        column_wire_{wires.column_segment_ohm, wires.sense_ohm} {
    for (Eigen::Index row = 0; row < rows_; ++row) {
      join(source(row), row_node(row, 0), row_wire_.lead());
      for (Eigen::Index column = 0; column < columns_; ++column) {
        resistors_.push_back({row_node(row, column), column_node(row, column), conductances(row, column)});
        if (column > 0) join(row_node(row, column - 1), row_node(row, column), row_wire_.segment);
        if (row > 0) join(column_node(row - 1, column), column_node(row, column), column_wire_.segment);
      }
    }
    for (Eigen::Index column = 0; column < columns_; ++column) {
      join(column_node(rows_ - 1, column), ground(column), column_wire_.lead());
    }
  }

  const std::vector<Resistor>& resistors() const { return resistors_; }
  /// Nodes of unknown potential; they come first.
  Eigen::Index unknowns() const { return rows_ * row_wire_.nodes(columns_) + columns_ * column_wire_.nodes(rows_); }
  Eigen::Index nodes() const { return unknowns() + rows_ + columns_; }
  Eigen::Index row_node(Eigen::Index row, Eigen::Index column) const {
    const Eigen::Index nodes = row_wire_.nodes(columns_);
    return nodes == 0 ? source(row) : row * nodes + column % nodes;
  }
  Eigen::Index column_node(Eigen::Index row, Eigen::Index column) const {
    const Eigen::Index nodes = column_wire_.nodes(rows_);
    return nodes == 0 ? ground(column) : rows_ * row_wire_.nodes(columns_) + (row % nodes) * columns_ + column;
  }
  Eigen::Index source(Eigen::Index row) const { return unknowns() + row; }
  Eigen::Index ground(Eigen::Index column) const { return unknowns() + rows_ + column; }

  /// Between a column's last cell and its ground, if there is any resistance.
  double sense_microsiemens() const { return 1e6 / column_wire_.lead(); }

  /// The nodal admittances of the unknown nodes, [unknowns, unknowns].
  Eigen::SparseMatrix<double> admittance() const {
    std::vector<Eigen::Triplet<double>> entries;
    for (const Resistor& resistor : resistors_) {
      const bool from = resistor.from < unknowns();
      const bool to = resistor.to < unknowns();
      if (from) entries.emplace_back(resistor.from, resistor.from, resistor.microsiemens);
      if (to) entries.emplace_back(resistor.to, resistor.to, resistor.microsiemens);
      if (!from || !to) continue;
      entries.emplace_back(resistor.from, resistor.to, -resistor.microsiemens);
      entries.emplace_back(resistor.to, resistor.from, -resistor.microsiemens);
    }
    Eigen::SparseMatrix<double> matrix(unknowns(), unknowns());
    matrix.setFromTriplets(entries.begin(), entries.end());
    return matrix;
  }

  /// Currents into the unknown nodes, [unknowns, rows]: column i for one volt at source i and none at the others.
  Eigen::MatrixXd injected() const {
    Eigen::MatrixXd currents = Eigen::MatrixXd::Zero(unknowns(), rows_);
    for (const Resistor& resistor : resistors_) {
      const Eigen::Index row = resistor.from - unknowns();
      if (row >= 0 && row < rows_ && resistor.to < unknowns()) currents(resistor.to, row) += resistor.microsiemens;
    }
    return currents;
  }

  /// What the potentials [unknowns, rows] that answer `injected` make of the array.
  ArrayConductances conductances(const Eigen::MatrixXd& potentials) const {
    Eigen::MatrixXd all = Eigen::MatrixXd::Zero(nodes(), rows_);
    all.topRows(unknowns()) = potentials;
    all.middleRows(unknowns(), rows_).setIdentity();
    ArrayConductances result{Eigen::MatrixXd::Zero(rows_, columns_), Eigen::MatrixXd::Zero(rows_, rows_)};
    for (const Resistor& resistor : resistors_) {
      const auto current = resistor.microsiemens * (all.row(resistor.from) - all.row(resistor.to));
      const Eigen::Index row = resistor.from - unknowns();
      const Eigen::Index column = resistor.to - ground(0);
      if (row >= 0) result.driver.row(row) += current;
      if (column >= 0) result.effective.col(column) += current.transpose();
    }
    return result;
  }

 private:
  struct Wire {
    double segment;  ///< ohm
    double end;

    double lead() const { return segment + end; }
    Eigen::Index nodes(Eigen::Index cells) const { return segment > 0.0 ? cells : (end > 0.0 ? 1 : 0); }
  };

  /// Sources come first, grounds second.
  void join(Eigen::Index from, Eigen::Index to, double ohm) {
    if (from != to) resistors_.push_back({from, to, 1e6 / ohm});
  }

  Eigen::Index rows_;
  Eigen::Index columns_;
  Wire row_wire_;
  Wire column_wire_;
  std::vector<Resistor> resistors_;
};

}  // namespace palimpsest::test
