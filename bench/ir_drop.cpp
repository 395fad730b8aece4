// The effective conductances of one array with resistance in its wires, on one core: as the simulator solves it, on
// each kind of vector instructions that the processor has, and as any resistor network by Eigen's sparse Cholesky
// factorisation. `deviation` is the largest one between the two, relative to the largest element.

#include <benchmark/benchmark.h>

#include <Eigen/SparseCholesky>
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "models/physics/simd/targets.hpp"
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

ArrayConductances solve_nodal(const MatrixXd& cells) {
  const test::ResistorNetwork network(cells, wires);
  const Eigen::SimplicialLLT<Eigen::SparseMatrix<double>> solver(network.admittance());
  return network.conductances(solver.solve(network.injected()));
}

double deviation(const MatrixXd& a, const MatrixXd& b) {
  return (a - b).cwiseAbs().maxCoeff() / b.cwiseAbs().maxCoeff();
}

void solved(benchmark::State& state, Index rows, Index columns, const std::string& target) {
  const MatrixXd cells = random_cells(rows, columns);
  choose_simd_target(target);
  ArrayConductances result;
  for (auto _ : state) {
    result = solve_wire_network(cells, wires);
    benchmark::DoNotOptimize(result);
  }
  choose_best_simd_target();
  const ArrayConductances expected = solve_nodal(cells);
  state.counters["deviation"] =
      std::max(deviation(result.effective, expected.effective), deviation(result.driver, expected.driver));
}

void nodal(benchmark::State& state, Index rows, Index columns) {
  const MatrixXd cells = random_cells(rows, columns);
  for (auto _ : state) benchmark::DoNotOptimize(solve_nodal(cells));
}

void add(Index rows, Index columns) {
  const std::string cells = "/" + std::to_string(rows) + "x" + std::to_string(columns);
  // The scalar path calls std::fma, which no one waits for.
  std::vector<std::string> targets = simd_targets();
  if (targets.size() > 1) targets.pop_back();
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const std::string name = "ir_drop_ms" + cells + (i == 0 ? "" : "/" + targets[i]);
    benchmark::RegisterBenchmark(name.c_str(), solved, rows, columns, targets[i])->Unit(benchmark::kMillisecond);
  }
  benchmark::RegisterBenchmark(("sparse_cholesky" + cells).c_str(), nodal, rows, columns)
      ->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
  for (const Index size : {16, 32, 64, 128}) add(size, size);
  add(32, 256);
  add(256, 32);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
