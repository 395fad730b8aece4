#include "models/physics/wires/elimination_tree.hpp"

#include <utility>

namespace palimpsest {

namespace {

using Kind = EliminationTree::Kind;
using Groups = std::vector<int>;

/// A part of the network, and the groups that others touch.
struct Part {
  Kind kind;
  LeafBlock block;
  Groups groups;
};

/// Grows the tree from its root on, so that a child takes its order from its parent.
class Growth {
 public:
  Growth(const NodeGroups& groups, std::vector<EliminationTree::Node>& nodes)
      : groups_(groups), nodes_(nodes), place_(static_cast<std::size_t>(groups.count()), none) {}

  void grow() {
    const Part array = part(groups_.all());
    const Groups leads = groups_.leads();
    if (!leads.empty()) {
      add_front({array, {Kind::leads, {}, leads}}, groups_.ends());
    } else if (array.kind == Kind::leaf) {
      add_front({array}, groups_.ends());
    } else {
      add(array, groups_.ends());
    }
  }

 private:
  static constexpr int none = -1;

  Part part(const LeafBlock& block) const {
    return {block.is_leaf() ? Kind::leaf : Kind::front, block, groups_.ports(block)};
  }

  /// Of the part's groups, in the order in which they are left.
  std::size_t add(const Part& part, const Groups& left) {
    if (part.kind == Kind::front) {
      const Halves both = halves(part.block);
      return add_front({this->part(both.first), this->part(both.second)}, left);
    }
    number(left);
    EliminationTree::Node node;
    node.kind = part.kind;
    node.left = static_cast<int>(left.size());
    node.block = part.block;
    for (const int group : part.groups) node.places.push_back(place(group));
    forget(left);
    nodes_.push_back(std::move(node));
    return nodes_.size() - 1;
  }

  std::size_t add_front(const std::vector<Part>& parts, const Groups& left) {
    const std::size_t index = nodes_.size();
    nodes_.emplace_back();
    number(left);
    Groups all;
    for (const Part& part : parts) {
      for (const int group : part.groups) {
        if (place(group) != none) continue;
        place(group) = 0;
        all.push_back(group);
      }
    }
    const std::size_t eliminated = all.size();
    all.insert(all.end(), left.begin(), left.end());
    forget(all);

    std::vector<EliminationTree::Child> children;
    for (const Part& part : parts) {
      Groups kept;
      number(part.groups);
      for (const int group : all) {
        if (place(group) != none) kept.push_back(group);
      }
      forget(part.groups);
      number(kept);
      Groups places;
      places.reserve(all.size());
      for (const int group : all) places.push_back(place(group));
      forget(kept);
      children.push_back({add(part, kept), std::move(places)});
    }
    EliminationTree::Node& node = nodes_[index];
    node.eliminated = static_cast<int>(eliminated);
    node.left = static_cast<int>(left.size());
    node.children = std::move(children);
    return index;
  }

  int& place(int group) { return place_[static_cast<std::size_t>(group)]; }
  void number(const Groups& groups) {
    int next = 0;
    for (const int group : groups) place(group) = next++;
  }
  void forget(const Groups& groups) {
    for (const int group : groups) place(group) = none;
  }

  const NodeGroups& groups_;
  std::vector<EliminationTree::Node>& nodes_;
  Groups place_;  ///< by group, in the list at hand
};

}  // namespace

EliminationTree::EliminationTree(const NodeGroups& groups) { Growth(groups, nodes).grow(); }

}  // namespace palimpsest
