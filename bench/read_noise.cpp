// How much wider read noise is, drawn with effective conductances, than in the solved network, where a cell's deviation
// moves the voltages: by adjoint sensitivities from general nodal analysis.

#include <Eigen/SparseCholesky>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <random>
#include <utility>

#include "models/physics/wire_network.hpp"
#include "tests/support/resistor_network.hpp"

using namespace palimpsest;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

struct Lines {
  const char* name;
  std::function<double(std::mt19937&)> volt;
};

double uniform(std::mt19937& engine, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(engine);
}

const std::array<Lines, 4> kinds{{{"random, both signs", [](auto& engine) { return uniform(engine, -0.2, 0.2); }},
                                  {"random, one sign", [](auto& engine) { return uniform(engine, 0.0, 0.2); }},
                                  {"half at full scale", [](auto& engine) { return engine() % 2 == 0 ? 0.2 : 0.0; }},
                                  {"all at full scale", [](auto&) { return 0.2; }}}};

/// Standard deviation of the columns' noise, relative to that in the solved network, less one; mean over the columns.
class Excess {
 public:
  Excess(const MatrixXd& cells, const WireConfig& wires)
      : cells_(cells),
        network_(cells, wires),
        solver_(network_.admittance()),
        responses_(solver_.solve(network_.injected())),
        effective_(network_.conductances(responses_).effective) {}

  double operator()(const VectorXd& volts) const {
    const MatrixXd across = cell_voltages(responses_ * volts);
    double sum = 0.0;
    for (Index column = 0; column < cells_.cols(); ++column) {
      VectorXd unit = VectorXd::Zero(network_.unknowns());
      unit(network_.column_node(cells_.rows() - 1, column)) = network_.sense_microsiemens();
      const MatrixXd adjoint = cell_voltages(solver_.solve(unit));
      const double solved = cells_.cwiseProduct(across).cwiseProduct(adjoint).squaredNorm();
      sum += std::sqrt(effective_.col(column).cwiseProduct(volts).squaredNorm() / solved) - 1.0;
    }
    return sum / static_cast<double>(cells_.cols());
  }

 private:
  /// Of the potentials of all unknown nodes, what is across each cell.
  MatrixXd cell_voltages(const VectorXd& potentials) const {
    return MatrixXd::NullaryExpr(cells_.rows(), cells_.cols(), [&](Index row, Index column) {
      return potentials(network_.row_node(row, column)) - potentials(network_.column_node(row, column));
    });
  }

  MatrixXd cells_;
  test::ResistorNetwork network_;
  Eigen::SimplicialLLT<Eigen::SparseMatrix<double>> solver_;
  MatrixXd responses_;  ///< potentials for one volt at each source
  MatrixXd effective_;
};

}  // namespace

int main() {
  std::printf("How much too wide read noise is; cells of 10-80 uS\n%-16s", "array, ohm");
  for (const Lines& lines : kinds) std::printf("%20s", lines.name);
  std::printf("\n");
  for (const auto& [size, ohm] : {std::pair<Index, double>{32, 2.5}, {128, 0.7}, {128, 2.5}}) {
    std::mt19937 engine(1);
    const MatrixXd cells = MatrixXd::NullaryExpr(size, size, [&] { return uniform(engine, 10.0, 80.0); });
    const Excess excess(cells, {ohm, ohm, 0.0, 0.0});
    std::printf("%3td x %-3td %5.1f  ", size, size, ohm);
    for (const Lines& lines : kinds) {
      const VectorXd volts = VectorXd::NullaryExpr(size, [&] { return lines.volt(engine); });
      std::printf("%18.1f %%", 100.0 * excess(volts));
    }
    std::printf("\n");
  }
}
