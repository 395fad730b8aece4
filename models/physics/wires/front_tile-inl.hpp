// Included once for each kind of processor.
#if defined(PALIMPSEST_WIRES_FRONT_TILE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PALIMPSEST_WIRES_FRONT_TILE_INL
#undef PALIMPSEST_WIRES_FRONT_TILE_INL
#else
#define PALIMPSEST_WIRES_FRONT_TILE_INL
#endif

#include <hwy/highway.h>

#include <cstddef>

#include "models/physics/simd/fused-inl.hpp"
#include "models/physics/wires/front_kernel.hpp"
#include "models/physics/wires/node_groups.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

using Index = std::ptrdiff_t;
using FrontLanes = hn::CappedTag<double, leaf_side>;
using FrontVector = hn::Vec<FrontLanes>;
constexpr Index front_lanes = hn::MaxLanes(FrontLanes());

/// Rows are counted in vectors.
constexpr Index vectors_per_group = leaf_side / front_lanes;
constexpr Index group_of(Index vector) { return vector / vectors_per_group; }
constexpr Index row_in_group(Index vector) { return vector % vectors_per_group * front_lanes; }

// As many sums as there are registers for, beside what is added to them.
constexpr Index tile_vectors = 3;
constexpr Index tile_columns = front_lanes == leaf_side ? leaf_side : 4;

/// Conductances of some rows to some columns of one group.
template <Index vectors>
using FrontTile = FrontVector[vectors][tile_columns];

/// What is eliminated of a front: by groups of rows, then by column, a group's rows.
struct FrontPanel {
  double* values;
  Index columns;

  /// Where the rows of `vector` are; columns are leaf_side apart.
  HWY_INLINE double* rows(Index vector) const {
    return values + group_of(vector) * columns * leaf_side + row_in_group(vector);
  }
};

/// What the front's parts give to rows from `vector` on and columns of `group` from `column` on. Above the diagonal
/// they give nothing.
template <Index vectors>
HWY_INLINE void assemble(const FrontJoint& front, Index vector, Index group, Index column, FrontTile<vectors>& tile) {
  const FrontLanes d;
  for (Index v = 0; v < vectors; ++v) {
    for (Index c = 0; c < tile_columns; ++c) tile[v][c] = hn::Zero(d);
    const Index row_group = group_of(vector + v);
    if (row_group < group) continue;
    for (Index part = 0; part < 2; ++part) {
      if (front.groups[part] == nullptr) continue;
      const Index from_row = front.groups[part][row_group];
      const Index from_column = front.groups[part][group];
      if ((from_row | from_column) < 0) continue;
      const Index stride = front.parts[part].stride;
      const double* from = front.parts[part].values + (from_column * leaf_side + column) * stride +
                           from_row * leaf_side + row_in_group(vector + v);
      for (Index c = 0; c < tile_columns; ++c, from += stride) tile[v][c] = hn::Add(tile[v][c], hn::Load(d, from));
    }
  }
}

/// Adds what flows through the first `eliminated` nodes, one node after the other.
template <Index vectors>
HWY_INLINE void add_eliminated(const FrontPanel& panel, Index vector, Index group, Index column, Index eliminated,
                               FrontTile<vectors>& tile) {
  const FrontLanes d;
  const double* row[vectors];
  for (Index v = 0; v < vectors; ++v) row[v] = panel.rows(vector + v);
  const double* other = panel.rows(group * vectors_per_group) + column;
  for (Index node = 0; node < eliminated; ++node, other += leaf_side) {
    FrontVector factor[vectors];
    for (Index v = 0; v < vectors; ++v) factor[v] = hn::Load(d, row[v] + node * leaf_side);
    for (Index c = 0; c < tile_columns; ++c) {
      const FrontVector share = hn::Set(d, other[c]);
      for (Index v = 0; v < vectors; ++v) tile[v][c] = fused_multiply_add(factor[v], share, tile[v][c]);
    }
  }
}

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
