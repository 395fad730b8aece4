#pragma once

#include "models/physics/wires/leaf_plan.hpp"
#include "models/physics/wires/node_groups.hpp"

namespace palimpsest {

/// Leaves that are solved side by side.
inline constexpr int leaf_batch = 8;

/// What the leaves of a batch are made of, microsiemens.
struct LeafBatch {
  alignas(64) double cells[leaf_side * leaf_side][leaf_batch];  ///< row by row
  alignas(64) double row_segments[2][leaf_batch];     ///< to the left of the first cell of a row, and of each other one
  alignas(64) double column_segments[2][leaf_batch];  ///< below the last cell of a column, and each other one
};

/// The conductances between the ports of the leaves: [nodes, nodes, leaf_batch], of which only what is below the
/// diagonal counts.
void solve_leaves(const LeafPlan& plan, const LeafBatch& batch, double* conductances);

}  // namespace palimpsest
