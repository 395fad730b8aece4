#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/physics/wires/front_kernel_simd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "models/physics/wires/front_tile-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

/// Cholesky's factorisation of the front's nodal admittances, whose elements off the diagonal are conductances,
/// negated.
class FrontSolver {
 public:
  FrontSolver(const FrontJoint& front, double* panel)
      : front_(front), panel_{panel, Index{front.eliminated} * leaf_side} {}

  HWY_ATTR void eliminate(double* left, Index stride) {
    for (Index block = 0; block < front_.eliminated; ++block) eliminate_block(block);
    const Index first = Index{std::max(front_.eliminated, front_.first_row)} * vectors_per_group;
    const Index vectors = front_.all * vectors_per_group;
    Index vector = first;
    for (; vector + tile_vectors <= vectors; vector += tile_vectors) update_left<tile_vectors>(vector, left, stride);
    if (vectors - vector == 2) update_left<2>(vector, left, stride);
    if (vectors - vector == 1) update_left<1>(vector, left, stride);
  }

 private:
  template <Index vectors>
  HWY_ATTR void update_left(Index vector, double* left, Index stride) const {
    const FrontLanes d;
    const Index first_left = front_.eliminated;
    const Index last = group_of(vector + vectors - 1);
    for (Index group = first_left; group <= last; ++group) {
      for (Index column = 0; column < leaf_side; column += tile_columns) {
        FrontTile<vectors> tile;
        assemble<vectors>(front_, vector, group, column, tile);
        add_eliminated<vectors>(panel_, vector, group, column, panel_.columns, tile);
        double* to =
            left + ((group - first_left) * leaf_side + column) * stride + vector * front_lanes - first_left * leaf_side;
        for (Index c = 0; c < tile_columns; ++c) {
          for (Index v = 0; v < vectors; ++v) hn::Store(tile[v][c], d, to + c * stride + v * front_lanes);
        }
      }
    }
  }

  template <Index vectors>
  HWY_ATTR void update_panel(Index vector, Index block) {
    const FrontLanes d;
    for (Index column = 0; column < leaf_side; column += tile_columns) {
      FrontTile<vectors> tile;
      assemble<vectors>(front_, vector, block, column, tile);
      add_eliminated<vectors>(panel_, vector, block, column, block * leaf_side, tile);
      for (Index v = 0; v < vectors; ++v) {
        double* to = panel_.rows(vector + v) + (block * leaf_side + column) * leaf_side;
        for (Index c = 0; c < tile_columns; ++c) hn::Store(tile[v][c], d, to + c * leaf_side);
      }
    }
  }

  HWY_ATTR void eliminate_block(Index block) {
    const Index vectors = front_.all * vectors_per_group;
    Index vector = block * vectors_per_group;
    for (; vector + tile_vectors <= vectors; vector += tile_vectors) update_panel<tile_vectors>(vector, block);
    if (vectors - vector == 2) update_panel<2>(vector, block);
    if (vectors - vector == 1) update_panel<1>(vector, block);

    double sums[leaf_side];
    sum_below(block, sums);
    double factor[leaf_side][leaf_side];
    double inverse[leaf_side];
    factorize(block, sums, factor, inverse);
    vector = (block + 1) * vectors_per_group;
    for (; vector + 2 <= vectors; vector += 2) scale<2>(vector, block, factor, inverse);
    if (vector < vectors) scale<1>(vector, block, factor, inverse);
  }

  /// Of each column of the block, over the groups below it.
  HWY_ATTR void sum_below(Index block, double (&sums)[leaf_side]) const {
    const FrontLanes d;
    for (Index column = 0; column < leaf_side; column += 4) {
      FrontVector sum[vectors_per_group][4];
      for (auto& row : sum) {
        for (FrontVector& one : row) one = hn::Zero(d);
      }
      for (Index group = block + 1; group < front_.all; ++group) {
        for (Index v = 0; v < vectors_per_group; ++v) {
          const double* from = panel_.rows(group * vectors_per_group + v) + (block * leaf_side + column) * leaf_side;
          for (Index c = 0; c < 4; ++c) sum[v][c] = hn::Add(sum[v][c], hn::Load(d, from + c * leaf_side));
        }
      }
      for (Index c = 0; c < 4; ++c) {
        alignas(64) double rows[leaf_side];
        for (Index v = 0; v < vectors_per_group; ++v) hn::Store(sum[v][c], d, rows + v * front_lanes);
        sums[column + c] = ((rows[0] + rows[1]) + (rows[2] + rows[3])) + ((rows[4] + rows[5]) + (rows[6] + rows[7]));
      }
    }
  }

  /// The block's own nodes: a column divided by the root of its pivot, and the inverse of this root. The pivot is what
  /// goes off it, a sum over the block and the groups below: no difference is taken, so nothing cancels.
  HWY_ATTR void factorize(Index block, double (&sums)[leaf_side], double (&factor)[leaf_side][leaf_side],
                          double (&inverse)[leaf_side]) {
    double* own = panel_.rows(block * vectors_per_group) + block * leaf_side * leaf_side;
    for (Index column = 0; column < leaf_side; ++column) {
      double pivot = sums[column];
      for (Index row = column + 1; row < leaf_side; ++row) pivot += own[column * leaf_side + row];
      inverse[column] = 1.0 / std::sqrt(pivot);
      for (Index row = column + 1; row < leaf_side; ++row) {
        own[column * leaf_side + row] *= inverse[column];
        factor[column][row] = own[column * leaf_side + row];
      }
      const double sum = sums[column] * inverse[column];
      for (Index other = column + 1; other < leaf_side; ++other) {
        const double share = factor[column][other];
        sums[other] = std::fma(sum, share, sums[other]);
        for (Index row = other + 1; row < leaf_side; ++row) {
          double& value = own[other * leaf_side + row];
          value = std::fma(factor[column][row], share, value);
        }
      }
    }
  }

  /// Rows below the block, in the same way.
  template <Index vectors>
  HWY_ATTR void scale(Index vector, Index block, const double (&factor)[leaf_side][leaf_side],
                      const double (&inverse)[leaf_side]) {
    const FrontLanes d;
    FrontVector value[leaf_side][vectors];
    for (Index column = 0; column < leaf_side; ++column) {
      for (Index v = 0; v < vectors; ++v)
        value[column][v] = hn::Load(d, panel_.rows(vector + v) + (block * leaf_side + column) * leaf_side);
    }
    for (Index column = 0; column < leaf_side; ++column) {
      for (Index before = 0; before < column; ++before) {
        const FrontVector share = hn::Set(d, factor[before][column]);
        for (Index v = 0; v < vectors; ++v)
          value[column][v] = fused_multiply_add(value[before][v], share, value[column][v]);
      }
      const FrontVector share = hn::Set(d, inverse[column]);
      for (Index v = 0; v < vectors; ++v) {
        value[column][v] = hn::Mul(value[column][v], share);
        hn::Store(value[column][v], d, panel_.rows(vector + v) + (block * leaf_side + column) * leaf_side);
      }
    }
  }

  const FrontJoint& front_;
  FrontPanel panel_;
};

void eliminate_front(const FrontJoint& front, double* panel, double* left, std::ptrdiff_t stride) {
  FrontSolver(front, panel).eliminate(left, stride);
}

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace palimpsest {

HWY_EXPORT(eliminate_front);

void eliminate(const FrontJoint& front, double* panel, double* left, std::ptrdiff_t stride) {
  HWY_DYNAMIC_DISPATCH(eliminate_front)(front, panel, left, stride);
}

}  // namespace palimpsest

#endif
