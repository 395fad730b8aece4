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

/// A crossbar as a plain list of resistors, for general nodal analysis. Nodes are a row and a column node per cell,
/// then a source per row, then ground. All wires have resistance.
class ResistorNetwork {
 public:
  ResistorNetwork(const Eigen::MatrixXd& conductances, const WireConfig& wires)
      : rows_(conductances.rows()),
        columns_(conductances.cols()),
        driver_microsiemens_(1e6 / (wires.driver_ohm + wires.row_segment_ohm)),
        sense_microsiemens_(1e6 / (wires.sense_ohm + wires.column_segment_ohm)) {
    for (Eigen::Index row = 0; row < rows_; ++row) {
      resistors_.push_back({source(row), row_node(row, 0), driver_microsiemens_});
      for (Eigen::Index column = 0; column < columns_; ++column) {
        resistors_.push_back({row_node(row, column), column_node(row, column), conductances(row, column)});
        if (column > 0)
          resistors_.push_back({row_node(row, column - 1), row_node(row, column), 1e6 / wires.row_segment_ohm});
        if (row > 0)
          resistors_.push_back(
              {column_node(row - 1, column), column_node(row, column), 1e6 / wires.column_segment_ohm});
      }
    }
    for (Eigen::Index column = 0; column < columns_; ++column) {
      resistors_.push_back({column_node(rows_ - 1, column), ground(), sense_microsiemens_});
    }
  }

  const std::vector<Resistor>& resistors() const { return resistors_; }
  Eigen::Index unknowns() const { return 2 * rows_ * columns_; }  ///< nodes of unknown potential; they come first
  Eigen::Index nodes() const { return unknowns() + rows_ + 1; }
  Eigen::Index row_node(Eigen::Index row, Eigen::Index column) const { return row * columns_ + column; }
  Eigen::Index column_node(Eigen::Index row, Eigen::Index column) const {
    return rows_ * columns_ + row_node(row, column);
  }
  Eigen::Index source(Eigen::Index row) const { return unknowns() + row; }
  Eigen::Index ground() const { return unknowns() + rows_; }

  double sense_microsiemens() const { return sense_microsiemens_; }

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
    for (Eigen::Index row = 0; row < rows_; ++row) currents(row_node(row, 0), row) = driver_microsiemens_;
    return currents;
  }

  /// What the potentials [unknowns, rows] that answer `injected` make of the array.
  ArrayConductances conductances(const Eigen::MatrixXd& potentials) const {
    ArrayConductances result;
    result.effective = sense_microsiemens_ * potentials.bottomRows(columns_).transpose();
    result.driver = -driver_microsiemens_ * potentials(Eigen::seqN(0, rows_, columns_), Eigen::all);
    result.driver.diagonal().array() += driver_microsiemens_;
    return result;
  }

 private:
  Eigen::Index rows_;
  Eigen::Index columns_;
  double driver_microsiemens_;
  double sense_microsiemens_;
  std::vector<Resistor> resistors_;
};

}  // namespace palimpsest::test
