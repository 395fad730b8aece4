#pragma once

#include <cstddef>
#include <vector>

#include "models/physics/wires/node_groups.hpp"

namespace palimpsest {

/// The order in which the nodes of an array are eliminated: nested dissection (George 1973). A front joins two parts of
/// the network, eliminates the nodes that nothing else touches, and leaves the others to its parent.
struct EliminationTree {
  enum class Kind {
    front,  ///< joins its children
    leaf,   ///< the cells of a leaf and the segments to the left of and below each
    leads   ///< the resistances between wires that have none and their ends
  };

  struct Child {
    std::size_t node;
    std::vector<int> groups;  ///< by the parent's groups: the child's, or -1 where it has none
  };

  /// Groups come in the order of elimination, those that are left last.
  struct Node {
    Kind kind = Kind::front;
    int eliminated = 0;           ///< groups; none but in a front
    int left = 0;                 ///< groups
    std::vector<Child> children;  ///< of a front, one or two
    LeafBlock block{};            ///< of a leaf
    /// Of a leaf: where each of its ports (NodeGroups::ports) comes in its order. Of leads: the same, of the groups
    /// that they join, all near ones before all far ones.
    std::vector<int> places;
  };

  std::vector<Node> nodes;  ///< the first is the root, which leaves the array's ends (NodeGroups::ends)

  explicit EliminationTree(const NodeGroups& groups);
};

}  // namespace palimpsest
