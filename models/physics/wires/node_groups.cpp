#include "models/physics/wires/node_groups.hpp"

#include <cstddef>

namespace palimpsest {

Halves halves(const LeafBlock& block) {
  if (block.columns >= block.rows) {
    const int half = block.columns / 2;
    return {{block.row, block.rows, block.column, half},
            {block.row, block.rows, block.column + half, block.columns - half}};
  }
  const int half = block.rows / 2;
  return {{block.row, half, block.column, block.columns},
          {block.row + half, block.rows - half, block.column, block.columns}};
}

NodeGroups::NodeGroups(int rows, int columns, WireEnds along_rows, WireEnds along_columns)
    : rows_(rows), columns_(columns), along_rows_(along_rows), along_columns_(along_columns) {}

int NodeGroups::count() const { return 2 * (rows_ * (columns_ + 1) + (rows_ + 1) * columns_); }

int NodeGroups::row(int row, int boundary) const { return row * (columns_ + 1) + (along_rows_.ideal ? 0 : boundary); }

int NodeGroups::column(int boundary, int column) const {
  return rows_ * (columns_ + 1) + (along_columns_.ideal ? 0 : boundary) * columns_ + column;
}

int NodeGroups::source(int row) const { return along_rows_.lead ? count() / 2 + row : this->row(row, 0); }

int NodeGroups::ground(int column) const {
  return along_columns_.lead ? count() / 2 + rows_ + column : this->column(rows_, column);
}

std::vector<int> NodeGroups::ports(const LeafBlock& block) const {
  const int right = block.column + block.columns;
  const int bottom = block.row + block.rows;
  std::vector<int> groups;
  const auto add_rows = [&](int boundary) {
    for (int leaf = block.row; leaf < bottom; ++leaf) groups.push_back(row(leaf, boundary));
  };
  const auto add_columns = [&](int boundary) {
    for (int leaf = block.column; leaf < right; ++leaf) groups.push_back(column(boundary, leaf));
  };
  add_rows(block.column);
  if (!along_rows_.ideal && (right < columns_ || block.is_leaf())) add_rows(right);
  add_columns(bottom);
  if (!along_columns_.ideal && (block.row > 0 || block.is_leaf())) add_columns(block.row);
  return groups;
}

std::vector<int> NodeGroups::leads() const {
  std::vector<int> wires;
  std::vector<int> ends;
  for (int leaf = 0; leaf < rows_ && along_rows_.lead; ++leaf) {
    wires.push_back(row(leaf, 0));
    ends.push_back(source(leaf));
  }
  for (int leaf = 0; leaf < columns_ && along_columns_.lead; ++leaf) {
    wires.push_back(column(0, leaf));
    ends.push_back(ground(leaf));
  }
  wires.insert(wires.end(), ends.begin(), ends.end());
  return wires;
}

std::vector<int> NodeGroups::ends() const {
  std::vector<int> groups;
  groups.reserve(static_cast<std::size_t>(columns_) + static_cast<std::size_t>(rows_));
  for (int leaf = 0; leaf < columns_; ++leaf) groups.push_back(ground(leaf));
  for (int leaf = 0; leaf < rows_; ++leaf) groups.push_back(source(leaf));
  return groups;
}

}  // namespace palimpsest
