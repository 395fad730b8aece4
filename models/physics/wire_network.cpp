#include "models/physics/wire_network.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <vector>

#include "models/physics/units.hpp"

namespace palimpsest {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Indices = std::vector<Index>;

// The side of at most this many cells is solved at once. More makes dense work grow, fewer makes many small matrices.
constexpr Index leaf_side = 4;

enum class Side { left, bottom, right, top };

/// Where a wire crosses the edge of a subarray.
struct Port {
  Side side;
  Index line;  ///< row of a left or right port, column of a bottom or top port
};

/// A rectangle of cells.
struct Extent {
  Index row, rows, column, columns;
};

/// A subarray: its cells and the wire segments to the left of and below each of them. The ends nearer to drivers and
/// ground, left and bottom, are given voltages; the far ends, right and top, are given currents. Wires that end inside
/// the array have no far port. `hybrid` maps these inputs to the currents that flow in at the near ports and to the
/// voltages, negated, at the far ports. The signs make a reciprocal network's matrix symmetric, [Y, N; N^T, -Z] with Y
/// and Z positive semidefinite, and nothing in it is infinite when wires have no resistance.
struct Subarray {
  std::vector<Port> ports;
  MatrixXd hybrid;

  /// The ports on `side`, by line.
  Indices at(Side side) const {
    Indices found;
    for (std::size_t port = 0; port < ports.size(); ++port) {
      if (ports[port].side == side) found.push_back(static_cast<Index>(port));
    }
    const auto line = [this](Index port) { return ports[static_cast<std::size_t>(port)].line; };
    std::sort(found.begin(), found.end(), [&](Index a, Index b) { return line(a) < line(b); });
    return found;
  }

  Indices not_at(Side side) const {
    Indices found;
    for (std::size_t port = 0; port < ports.size(); ++port) {
      if (ports[port].side != side) found.push_back(static_cast<Index>(port));
    }
    return found;
  }
};

/// Joins the far ports of `near` on `near_side` to the near ports of `far` on `far_side`.
///
/// At a joint the voltages are equal and the currents add up to zero: with these hybrid matrices the input of either
/// port is the other's output, negated. Eliminating the joints leaves the Schur complement of [-Z, I; I, Y], whose
/// inverse is [-Y W, W^T; W, W Z] with W = (I + Z Y)^-1. Z Y has no negative eigenvalue, so W always exists.
Subarray joined(const Subarray& near, Side near_side, const Subarray& far, Side far_side) {
  const Indices near_joints = near.at(near_side);
  const Indices far_joints = far.at(far_side);
  const Indices near_rest = near.not_at(near_side);
  const Indices far_rest = far.not_at(far_side);
  const auto joints = static_cast<Index>(near_joints.size());
  const auto near_ports = static_cast<Index>(near_rest.size());
  const auto far_ports = static_cast<Index>(far_rest.size());

  const MatrixXd impedance = -near.hybrid(near_joints, near_joints);
  const MatrixXd admittance = far.hybrid(far_joints, far_joints);
  const MatrixXd near_coupling = near.hybrid(near_joints, near_rest);
  const MatrixXd far_coupling = far.hybrid(far_joints, far_rest);
  MatrixXd loop = MatrixXd::Identity(joints, joints);
  loop.noalias() += impedance * admittance;

  MatrixXd inputs(joints, near_ports + far_ports);
  inputs.leftCols(near_ports) = near_coupling;
  inputs.rightCols(far_ports).noalias() = impedance * far_coupling;
  inputs = Eigen::PartialPivLU<Eigen::Ref<MatrixXd>>(loop).solve(inputs);

  MatrixXd outputs(joints, near_ports + far_ports);
  outputs.leftCols(near_ports).noalias() = admittance * near_coupling;
  outputs.rightCols(far_ports) = -far_coupling;

  Subarray result;
  for (const Index port : near_rest) result.ports.push_back(near.ports[static_cast<std::size_t>(port)]);
  for (const Index port : far_rest) result.ports.push_back(far.ports[static_cast<std::size_t>(port)]);
  result.hybrid = MatrixXd::Zero(near_ports + far_ports, near_ports + far_ports);
  result.hybrid.topLeftCorner(near_ports, near_ports) = near.hybrid(near_rest, near_rest);
  result.hybrid.bottomRightCorner(far_ports, far_ports) = far.hybrid(far_rest, far_rest);
  // Above the diagonal this product is not the Schur complement, but symmetry gives what is needed there.
  result.hybrid.triangularView<Eigen::Lower>() += outputs.transpose() * inputs;
  result.hybrid.triangularView<Eigen::StrictlyUpper>() = result.hybrid.transpose();
  return result;
}

/// Solves subarrays of one array. Resistances are in megaohm, the inverse of microsiemens.
class Dissection {
 public:
  Dissection(const MatrixXd& conductances, const WireConfig& wires)
      : conductances_(conductances),
        row_segment_(wires.row_segment_ohm * micro),
        column_segment_(wires.column_segment_ohm * micro),
        driver_(wires.driver_ohm * micro),
        sense_(wires.sense_ohm * micro) {}

  Subarray solve(const Extent& cells) const {
    if (cells.rows <= leaf_side && cells.columns <= leaf_side) return solve_at_once(cells);
    if (cells.columns >= cells.rows) {
      const Index half = cells.columns / 2;
      const Subarray left = solve({cells.row, cells.rows, cells.column, half});
      const Subarray right = solve({cells.row, cells.rows, cells.column + half, cells.columns - half});
      return joined(left, Side::right, right, Side::left);
    }
    const Index half = cells.rows / 2;
    const Subarray upper = solve({cells.row, half, cells.column, cells.columns});
    const Subarray lower = solve({cells.row + half, cells.rows - half, cells.column, cells.columns});
    return joined(lower, Side::top, upper, Side::bottom);
  }

 private:
  /// The unknowns are the cells' currents: c = (I + G K)^-1 G E x, where E x are the voltages that the inputs x put
  /// across the cells when no cell conducts, and K the resistances through which currents of cells lower them.
  Subarray solve_at_once(const Extent& cells) const {
    const double row_start = row_segment_ + (cells.column == 0 ? driver_ : 0.0);
    const double column_start = column_segment_ + (cells.row + cells.rows == conductances_.rows() ? sense_ : 0.0);
    const auto row_resistance = [&](Index column) { return row_start + row_segment_ * static_cast<double>(column); };
    const auto column_resistance = [&](Index row) {
      return column_start + column_segment_ * static_cast<double>(cells.rows - 1 - row);
    };
    const auto cell = [&](Index row, Index column) { return row * cells.columns + column; };
    const Index count = cells.rows * cells.columns;

    MatrixXd loop = MatrixXd::Identity(count, count);
    for (Index row = 0; row < cells.rows; ++row) {
      for (Index column = 0; column < cells.columns; ++column) {
        const double conductance = conductances_(cells.row + row, cells.column + column);
        const Index here = cell(row, column);
        for (Index other = 0; other < cells.columns; ++other) {
          loop(here, cell(row, other)) += conductance * row_resistance(std::min(column, other));
        }
        for (Index other = 0; other < cells.rows; ++other) {
          loop(here, cell(other, column)) += conductance * column_resistance(std::max(row, other));
        }
      }
    }

    const Subarray bare = without_cells(cells, row_resistance(cells.columns - 1), column_resistance(0));
    MatrixXd across = MatrixXd::Zero(count, static_cast<Index>(bare.ports.size()));
    MatrixXd driven = across;
    for (Index row = 0; row < cells.rows; ++row) {
      for (Index column = 0; column < cells.columns; ++column) {
        const Index here = cell(row, column);
        for (std::size_t port = 0; port < bare.ports.size(); ++port) {
          const auto [side, line] = bare.ports[port];
          const bool on_row = side == Side::left || side == Side::right;
          if (line != (on_row ? cells.row + row : cells.column + column)) continue;
          double& voltage = across(here, static_cast<Index>(port));
          if (side == Side::left) voltage = 1.0;
          if (side == Side::right) voltage = row_resistance(column);
          if (side == Side::bottom) voltage = -1.0;
          if (side == Side::top) voltage = -column_resistance(row);
        }
        driven.row(here) = conductances_(cells.row + row, cells.column + column) * across.row(here);
      }
    }
    return {bare.ports, bare.hybrid + across.transpose() * loop.partialPivLu().solve(driven)};
  }

  /// The wires alone, with their resistances from end to end.
  Subarray without_cells(const Extent& cells, double row_resistance, double column_resistance) const {
    Subarray wires;
    const bool right = cells.column + cells.columns < conductances_.cols();
    const bool top = cells.row > 0;
    const Index ports = cells.rows * (right ? 2 : 1) + cells.columns * (top ? 2 : 1);
    wires.hybrid = MatrixXd::Zero(ports, ports);
    const auto add_wire = [&wires](Index line, Side near, Side far, bool has_far, double resistance) {
      const auto start = static_cast<Index>(wires.ports.size());
      wires.ports.push_back({near, line});
      if (!has_far) return;
      wires.ports.push_back({far, line});
      wires.hybrid(start, start + 1) = -1.0;
      wires.hybrid(start + 1, start) = -1.0;
      wires.hybrid(start + 1, start + 1) = -resistance;
    };
    for (Index row = 0; row < cells.rows; ++row) {
      add_wire(cells.row + row, Side::left, Side::right, right, row_resistance);
    }
    for (Index column = 0; column < cells.columns; ++column) {
      add_wire(cells.column + column, Side::bottom, Side::top, top, column_resistance);
    }
    return wires;
  }

  const MatrixXd& conductances_;
  double row_segment_;
  double column_segment_;
  double driver_;
  double sense_;
};

}  // namespace

ArrayConductances solve_wire_network(const MatrixXd& conductances, const WireConfig& wires) {
  const Subarray array = Dissection(conductances, wires).solve({0, conductances.rows(), 0, conductances.cols()});
  // A current into the array at the bottom is one that no sense amplifier gets.
  return {-array.hybrid(array.at(Side::left), array.at(Side::bottom)),
          array.hybrid(array.at(Side::left), array.at(Side::left))};
}

}  // namespace palimpsest
