#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/physics/wires/leaf_kernel_simd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "models/physics/simd/fused-inl.hpp"
#include "models/physics/wires/leaf_kernel.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

using Index = std::ptrdiff_t;
using LeafLanes = hn::CappedTag<double, leaf_batch>;
constexpr Index leaf_lanes = hn::MaxLanes(LeafLanes());
using LeafVector = hn::Vec<LeafLanes>;

/// Numbers that a part leaves at most, its zero included. By how often the leaf was halved for it.
constexpr Index part_size(int depth) {
  constexpr Index nodes[] = {32, 24, 16, 12, 8, 8, LeafPlan::cell_stride};
  return (nodes[depth] * nodes[depth] + 1) * leaf_lanes;
}

constexpr int cell_depth = 6;

/// A vector holds the same element of several leaves.
class LeafSolver {
 public:
  LeafSolver(const LeafPlan& plan, const LeafBatch& batch, Index first_leaf)
      : plan_(plan), batch_(batch), first_leaf_(first_leaf) {}

  HWY_ATTR void solve(double* conductances) const {
    alignas(
        64) double parts[2 * (part_size(1) + part_size(2) + part_size(3) + part_size(4) + part_size(5) + part_size(6))];
    const Halves both = halves({0, leaf_side, 0, leaf_side});
    double* first = parts;
    double* second = first + part_size(1);
    solve_part<1>(both.first, first, second + part_size(1));
    solve_part<1>(both.second, second, second + part_size(1));
    join(plan_.joints.front(), first, second, conductances + first_leaf_, leaf_batch);
  }

 private:
  /// Columns of what a joint eliminates, by pivot.
  using Columns = double[leaf_side][5 * leaf_side][leaf_lanes];

  /// `free` is memory for the part's own parts.
  template <int depth>
  HWY_ATTR void solve_part(const LeafBlock& cells, double* result, double* free) const {
    if constexpr (depth == cell_depth) {
      set_cell(cells.row, cells.column, result);
    } else {
      const Halves both = halves(cells);
      double* first = free;
      double* second = first + part_size(depth + 1);
      solve_part<depth + 1>(both.first, first, second + part_size(depth + 1));
      solve_part<depth + 1>(both.second, second, second + part_size(depth + 1));
      const LeafJoint& joint = plan_.joints[depth];
      join(joint, first, second, result, leaf_lanes);
      const LeafLanes d;
      hn::Store(hn::Zero(d), d, result + Index{joint.left} * joint.left * leaf_lanes);
    }
  }

  HWY_ATTR void set_cell(Index row, Index column, double* result) const {
    const LeafLanes d;
    for (Index element = 0; element <= Index{LeafPlan::cell_stride} * LeafPlan::cell_stride; ++element) {
      hn::Store(hn::Zero(d), d, result + element * leaf_lanes);
    }
    const auto set = [&](Index place, const double* leaves) HWY_ATTR {
      if (place >= 0) hn::Store(hn::Load(d, leaves + first_leaf_), d, result + place * leaf_lanes);
    };
    set(plan_.cell, batch_.cells[row * leaf_side + column]);
    set(plan_.row_segment, batch_.row_segments[column == 0 ? 0 : 1]);
    set(plan_.column_segment, batch_.column_segments[row == leaf_side - 1 ? 0 : 1]);
  }

  /// Sets the pivot's columns. `next` gives their elements as the halves leave them.
  template <class Next>
  HWY_ATTR HWY_INLINE void eliminate(Index pivot, Index nodes, const Next& next, Columns& columns,
                                     Columns& shares) const {
    const LeafLanes d;
    LeafVector sums[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
    Index row = pivot + 1;
    for (; row + 4 <= nodes; row += 4) add_rows<4>(pivot, row, next, columns, shares, sums);
    for (; row < nodes; ++row) add_rows<1>(pivot, row, next, columns, shares, sums);
    // The diagonal is what goes off it: no difference is taken, so nothing cancels.
    const LeafVector diagonal = hn::Add(hn::Add(sums[0], sums[1]), hn::Add(sums[2], sums[3]));
    const LeafVector share = hn::Div(hn::Set(d, 1.0), diagonal);
    for (row = pivot + 1; row < nodes; ++row) {
      hn::Store(hn::Mul(hn::Load(d, columns[pivot][row]), share), d, shares[pivot][row]);
    }
  }

  template <int rows, class Next>
  HWY_ATTR HWY_INLINE void add_rows(Index pivot, Index row, const Next& next, Columns& columns, const Columns& shares,
                                    LeafVector (&sums)[4]) const {
    const LeafLanes d;
    LeafVector value[rows];
    for (LeafVector& one : value) one = next();
    for (Index before = 0; before < pivot; ++before) {
      const LeafVector share = hn::Load(d, shares[before][pivot]);
      for (Index r = 0; r < rows; ++r) {
        value[r] = fused_multiply_add(hn::Load(d, columns[before][row + r]), share, value[r]);
      }
    }
    for (Index r = 0; r < rows; ++r) {
      hn::Store(value[r], d, columns[pivot][row + r]);
      sums[r] = hn::Add(sums[r], value[r]);
    }
  }

  /// Elements of `result` are `stride` apart.
  HWY_ATTR void join(const LeafJoint& joint, const double* first, const double* second, double* result,
                     Index stride) const {
    const LeafLanes d;
    alignas(64) Columns columns;
    alignas(64) Columns shares;  // of a pivot's sum
    const std::uint16_t* places = joint.places.data();
    const auto next = [&]() HWY_ATTR {
      const LeafVector sum =
          hn::Add(hn::Load(d, first + places[0] * leaf_lanes), hn::Load(d, second + places[1] * leaf_lanes));
      places += 2;
      return sum;
    };
    for (Index pivot = 0; pivot < joint.eliminated; ++pivot)
      eliminate(pivot, joint.eliminated + joint.left, next, columns, shares);
    for (Index column = 0; column < joint.left; column += leaf_tile_columns) {
      for (Index row = column / leaf_tile_rows * leaf_tile_rows; row < joint.left; row += leaf_tile_rows) {
        LeafVector tile[leaf_tile_rows][leaf_tile_columns];
        for (auto& tile_row : tile) {
          for (LeafVector& element : tile_row) element = next();
        }
        for (Index pivot = 0; pivot < joint.eliminated; ++pivot) {
          LeafVector share[leaf_tile_columns];
          for (Index c = 0; c < leaf_tile_columns; ++c) {
            share[c] = hn::Load(d, shares[pivot][joint.eliminated + column + c]);
          }
          for (Index r = 0; r < leaf_tile_rows; ++r) {
            const LeafVector value = hn::Load(d, columns[pivot][joint.eliminated + row + r]);
            for (Index c = 0; c < leaf_tile_columns; ++c) {
              tile[r][c] = fused_multiply_add(value, share[c], tile[r][c]);
            }
          }
        }
        for (Index r = 0; r < leaf_tile_rows; ++r) {
          for (Index c = 0; c < leaf_tile_columns; ++c) {
            hn::Store(tile[r][c], d, result + ((column + c) * joint.left + row + r) * stride);
          }
        }
      }
    }
  }

  const LeafPlan& plan_;
  const LeafBatch& batch_;
  Index first_leaf_;
};

void solve_leaf_batch(const LeafPlan& plan, const LeafBatch& batch, double* conductances) {
  for (Index leaf = 0; leaf < leaf_batch; leaf += leaf_lanes) LeafSolver(plan, batch, leaf).solve(conductances);
}

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace palimpsest {

HWY_EXPORT(solve_leaf_batch);

void solve_leaves(const LeafPlan& plan, const LeafBatch& batch, double* conductances) {
  HWY_DYNAMIC_DISPATCH(solve_leaf_batch)(plan, batch, conductances);
}

}  // namespace palimpsest

#endif
