#pragma once

#include <cstddef>

namespace palimpsest {

/// Conductances between the nodes that a part of the network leaves, column by column; what is above the diagonal does
/// not count.
struct PartConductances {
  const double* values;
  std::ptrdiff_t stride;  ///< between columns
};

/// One or two parts of the network, joined at their nodes, which come in groups of leaf_side.
struct FrontJoint {
  PartConductances parts[2];
  const int* groups[2];  ///< by the front's groups: the part's, -1 where it has none; null: no such part
  int eliminated;        ///< groups; they come first
  int all;               ///< groups
  int first_row;         ///< the first group of which conductances to those before it and within it are wanted
};

/// Eliminates a front's first nodes: conductances between the others [groups left, groups left] go to `left`, columns
/// `stride` apart, those above the diagonal being of no meaning. `panel` has room for all groups' rows of the
/// eliminated nodes.
void eliminate(const FrontJoint& front, double* panel, double* left, std::ptrdiff_t stride);

}  // namespace palimpsest
