#pragma once

#include <vector>

namespace palimpsest {

/// Cells of a leaf along a side, and the nodes that are handled as one group.
inline constexpr int leaf_side = 8;

/// A rectangle of leaves.
struct LeafBlock {
  int row, rows, column, columns;

  bool is_leaf() const { return rows == 1 && columns == 1; }
};

/// The two halves of a block that is no leaf, cut across its longer side.
struct Halves {
  LeafBlock first, second;
};
Halves halves(const LeafBlock& block);

/// How the wires of one direction end.
struct WireEnds {
  bool ideal;  ///< the wires have no resistance: all cells of one share a node
  bool lead;   ///< and yet there is some before it

  bool operator==(const WireEnds& other) const { return ideal == other.ideal && lead == other.lead; }
};

/// Numbers the nodes of an array by groups: those of leaf_side neighbouring wires at one place along them. Row nodes
/// are at the drivers and at the right of each leaf, column nodes at the top of each leaf and at the sense amplifiers;
/// a wire without resistance has one node.
class NodeGroups {
 public:
  /// `rows` and `columns` of leaves.
  NodeGroups(int rows, int columns, WireEnds along_rows, WireEnds along_columns);

  int count() const;                           ///< of groups: numbers are below
  int row(int row, int boundary) const;        ///< boundary b is left of leaf column b
  int column(int boundary, int column) const;  ///< boundary b is above leaf row b
  int source(int row) const;                   ///< where drivers' voltages are given
  int ground(int column) const;                ///< where columns' currents are taken

  /// The groups through which a block touches others: left, right, bottom, top, each once. Wires that end in a block go
  /// no further, but in a leaf, so that all leaves are alike.
  std::vector<int> ports(const LeafBlock& block) const;
  /// Wires without resistance whose ends have some, and then these ends.
  std::vector<int> leads() const;
  /// The array's ends: grounds, then sources.
  std::vector<int> ends() const;

  LeafBlock all() const { return {0, rows_, 0, columns_}; }

 private:
  int rows_;
  int columns_;
  WireEnds along_rows_;
  WireEnds along_columns_;
};

}  // namespace palimpsest
