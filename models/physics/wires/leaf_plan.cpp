#include "models/physics/wires/leaf_plan.hpp"

#include <algorithm>

#include "models/physics/wires/node_groups.hpp"

namespace palimpsest {

namespace {

using Nodes = std::vector<int>;

int place_in(const Nodes& nodes, int node) {
  const auto found = std::find(nodes.begin(), nodes.end(), node);
  return found == nodes.end() ? -1 : static_cast<int>(found - nodes.begin());
}

int stride_for(const Nodes& nodes) {
  return (static_cast<int>(nodes.size()) + leaf_tile_rows - 1) / leaf_tile_rows * leaf_tile_rows;
}

/// Where what lies between two nodes is kept, the zero if one of them is missing (negative).
std::uint16_t place_between(int one, int other, int stride) {
  if (one < 0 || other < 0) return static_cast<std::uint16_t>(stride * stride);
  return static_cast<std::uint16_t>(std::min(one, other) * stride + std::max(one, other));
}

LeafJoint joint(const Nodes& first, const Nodes& second, const Nodes& left) {
  Nodes all;
  for (const Nodes* half : {&first, &second}) {
    for (const int node : *half) {
      if (place_in(left, node) < 0 && place_in(all, node) < 0) all.push_back(node);
    }
  }
  LeafJoint result{static_cast<int>(all.size()), stride_for(left), {}};
  const int nodes = result.eliminated + result.left;
  all.insert(all.end(), left.begin(), left.end());
  all.resize(static_cast<std::size_t>(nodes), -1);
  const auto add = [&](int row, int column) {
    for (const Nodes* half : {&first, &second}) {
      const int one = place_in(*half, all[static_cast<std::size_t>(row)]);
      const int other = place_in(*half, all[static_cast<std::size_t>(column)]);
      result.places.push_back(place_between(one, other, stride_for(*half)));
    }
  };
  for (int column = 0; column < result.eliminated; ++column) {
    for (int row = column + 1; row < nodes; ++row) add(row, column);
  }
  for (int column = 0; column < result.left; column += leaf_tile_columns) {
    for (int row = column / leaf_tile_rows * leaf_tile_rows; row < result.left; row += leaf_tile_rows) {
      for (int place = 0; place < leaf_tile_rows * leaf_tile_columns; ++place) {
        add(result.eliminated + row + place / leaf_tile_columns,
            result.eliminated + column + place % leaf_tile_columns);
      }
    }
  }
  return result;
}

}  // namespace

LeafPlan::LeafPlan(bool ideal_rows, bool ideal_columns) {
  // The leaf in the middle of a large array of single cells, so that no wire ends at its edges.
  const NodeGroups nodes(3 * leaf_side, 3 * leaf_side, {ideal_rows, false}, {ideal_columns, false});
  LeafBlock part{leaf_side, leaf_side, leaf_side, leaf_side};
  while (!part.is_leaf()) {
    const auto [first, second] = halves(part);
    joints.push_back(joint(nodes.ports(first), nodes.ports(second), nodes.ports(part)));
    part = first;
  }
  const Nodes ports = nodes.ports(part);
  const auto between = [&](int one, int other) {
    return one == other ? -1 : int{place_between(place_in(ports, one), place_in(ports, other), cell_stride)};
  };
  const int row = nodes.row(part.row, part.column + 1);
  const int column = nodes.column(part.row, part.column);
  cell = between(row, column);
  row_segment = between(nodes.row(part.row, part.column), row);
  column_segment = between(column, nodes.column(part.row + 1, part.column));
}

}  // namespace palimpsest
