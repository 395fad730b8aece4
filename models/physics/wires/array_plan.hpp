#pragma once

#include <vector>

#include "models/physics/wires/elimination_tree.hpp"
#include "models/physics/wires/leaf_plan.hpp"
#include "models/physics/wires/node_groups.hpp"

namespace palimpsest {

/// What the order of elimination depends on.
struct ArrayShape {
  int rows;  ///< leaves, here and below
  int columns;
  WireEnds along_rows;
  WireEnds along_columns;

  bool operator==(const ArrayShape& other) const {
    return rows == other.rows && columns == other.columns && along_rows == other.along_rows &&
           along_columns == other.along_columns;
  }
};

/// The order of elimination in arrays of a shape.
struct ArrayPlan {
  explicit ArrayPlan(const ArrayShape& of_shape);

  ArrayShape shape;
  EliminationTree tree;
  LeafPlan leaf;
  std::vector<LeafBlock> leaves;  ///< in the order in which the tree comes to them
};

}  // namespace palimpsest
