// Solves crossbars of several sizes on one core: by dissection, and as any resistor network by sparse nodal analysis.

#include <Eigen/SparseCholesky>
#include <Eigen/SparseLU>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <random>

#include "models/physics/wire_network.hpp"
#include "tests/support/resistor_network.hpp"

using namespace palimpsest;
using Eigen::Index;
using Eigen::MatrixXd;

namespace {

constexpr WireConfig wires{1.0, 1.0, 50.0, 20.0};

MatrixXd random_cells(Index rows, Index columns) {
  std::mt19937 engine(1);
  std::uniform_real_distribution<double> window(10.0, 80.0);
  return MatrixXd::NullaryExpr(rows, columns, [&] { return window(engine); });
}

template <class Solver>
ArrayConductances solve_nodal(const MatrixXd& cells) {
  const test::ResistorNetwork network(cells, wires);
  const Solver solver(network.admittance());
  return network.conductances(solver.solve(network.injected()));
}

struct Measurement {
  double seconds;  ///< of processor time, the shortest of some runs
  ArrayConductances result;
};

template <class Solve>
Measurement measure(int runs, const Solve& solve) {
  Measurement best{1e300, {}};
  for (int run = 0; run < runs; ++run) {
    const std::clock_t start = std::clock();
    best.result = solve();
    best.seconds = std::min(best.seconds, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return best;
}

double deviation(const MatrixXd& a, const MatrixXd& b) {
  return (a - b).cwiseAbs().maxCoeff() / b.cwiseAbs().maxCoeff();
}

void compare(Index rows, Index columns) {
  const MatrixXd cells = random_cells(rows, columns);
  const Measurement dissected = measure(5, [&] { return solve_wire_network(cells, wires); });
  const Measurement cholesky =
      measure(2, [&] { return solve_nodal<Eigen::SimplicialLLT<Eigen::SparseMatrix<double>>>(cells); });
  const Measurement lu = measure(2, [&] { return solve_nodal<Eigen::SparseLU<Eigen::SparseMatrix<double>>>(cells); });
  std::printf("%4td x %-4td %9.1f ms %9.1f ms %5.0fx %9.1f ms %5.0fx %10.1e\n", rows, columns, 1e3 * dissected.seconds,
              1e3 * cholesky.seconds, cholesky.seconds / dissected.seconds, 1e3 * lu.seconds,
              lu.seconds / dissected.seconds,
              std::max(deviation(dissected.result.effective, lu.result.effective),
                       deviation(dissected.result.driver, lu.result.driver)));
}

}  // namespace

int main() {
  std::printf("cells          dissection   sparse Cholesky          sparse LU         deviation\n");
  for (const Index size : {16, 32, 64, 128}) compare(size, size);
  compare(32, 256);
  compare(256, 32);
}
