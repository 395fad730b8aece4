#pragma once

#include <cstdint>
#include <vector>

namespace palimpsest {

/// Two halves of a leaf, joined. What a part of it leaves is a matrix of conductances between its nodes, column by
/// column, with as many rows and columns as there are nodes, up to a multiple of four, and a zero behind the last
/// element. Only what is below the diagonal counts.
struct LeafJoint {
  int eliminated;  ///< nodes; they come before those that are left
  int left;        ///< nodes, those added up to a multiple of four included: nothing touches these
  /// For each element in the order in which the kernel takes them: its place in what the first half leaves and in what
  /// the second one leaves. Where a half has no such nodes this is its zero.
  std::vector<std::uint16_t> places;
};

/// How the cells of a leaf become the conductances between its ports. The leaf is halved down to single cells; all
/// parts of a depth are alike.
struct LeafPlan {
  static constexpr int cell_stride = 4;  ///< rows and columns of what a cell leaves

  /// Places in what a cell leaves: of the cell, of the segment to its left and of the segment below it, -1 if it has
  /// no resistance.
  int cell, row_segment, column_segment;
  std::vector<LeafJoint> joints;  ///< by depth; the first one leaves the ports of the leaf (NodeGroups::ports)

  LeafPlan(bool ideal_rows, bool ideal_columns);

  int nodes() const { return joints.front().left; }
};

/// Rows of elements that the kernel takes together, and columns.
inline constexpr int leaf_tile_rows = 4;
inline constexpr int leaf_tile_columns = 2;

}  // namespace palimpsest
