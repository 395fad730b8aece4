#include "models/physics/wires/array_elimination.hpp"

#include <algorithm>

namespace palimpsest {

namespace {

using Eigen::Index;
using Kind = EliminationTree::Kind;

int leaves_for(Index cells) { return static_cast<int>((cells + leaf_side - 1) / leaf_side); }

WireEnds ends_of(const Wire& wire) { return {wire.ideal, wire.ideal && wire.lead > 0.0}; }

Index nodes_in(int groups) { return Index{groups} * leaf_side; }

/// Between columns of so many groups: not a large power of two, at which elements of a row would share a place in the
/// cache.
Index stride_for(int groups) {
  const Index nodes = nodes_in(groups);
  return nodes % 64 == 0 ? nodes + leaf_side : nodes;
}

}  // namespace

double* ArrayElimination::Buffer::of_size(Index needed) {
  if (size < needed) {
    values = hwy::AllocateAligned<double>(static_cast<std::size_t>(needed));
    size = needed;
  }
  return values.get();
}

Index ArrayElimination::added_rows() const { return Index{plan_->shape.rows} * leaf_side - cells_->rows(); }

Index ArrayElimination::first_row() const { return Index{plan_->shape.columns} * leaf_side + added_rows(); }

PartConductances ArrayElimination::solve(const Eigen::MatrixXd& cells, const Wire& along_rows,
                                         const Wire& along_columns) {
  const ArrayShape shape{leaves_for(cells.rows()), leaves_for(cells.cols()), ends_of(along_rows),
                         ends_of(along_columns)};
  if (!plan_ || !(plan_->shape == shape)) plan_.emplace(shape);
  cells_ = &cells;
  along_rows_ = along_rows;
  along_columns_ = along_columns;
  next_leaf_ = 0;
  return part(0, 0, 0);
}

PartConductances ArrayElimination::part(std::size_t node, std::size_t depth, std::size_t child) {
  const EliminationTree::Node& here = plan_->tree.nodes[node];
  if (left_.size() <= depth) left_.resize(depth + 1);
  const Index stride = stride_for(here.left);
  double* values = left_[depth][child].of_size(stride * nodes_in(here.left));
  if (here.kind == Kind::front) join(here, depth, values, stride);
  if (here.kind == Kind::leaf) place_leaf(here, values, stride);
  if (here.kind == Kind::leads) place_leads(here, values, stride);
  return {values, stride};
}

void ArrayElimination::join(const EliminationTree::Node& node, std::size_t depth, double* values, Index stride) {
  FrontJoint front{};
  for (std::size_t child = 0; child < node.children.size(); ++child) {
    front.parts[child] = part(node.children[child].node, depth + 1, child);
    front.groups[child] = node.children[child].groups.data();
  }
  front.eliminated = node.eliminated;
  front.all = node.eliminated + node.left;
  front.first_row = depth == 0 ? node.eliminated + plan_->shape.columns : node.eliminated;
  eliminate(front, panel_.of_size(nodes_in(front.all) * nodes_in(front.eliminated)), values, stride);
}

void ArrayElimination::solve_next_leaves() {
  // Whole leaves are made up by rows at the top and columns at the right, beyond the wires' last cells, that do not
  // conduct.
  const Index added = added_rows();
  for (std::size_t lane = 0; lane < leaf_batch; ++lane) {
    const LeafBlock& leaf = plan_->leaves[std::min(next_leaf_ + lane, plan_->leaves.size() - 1)];
    for (int column = 0; column < leaf_side; ++column) {
      const Index from_column = Index{leaf.column} * leaf_side + column;
      for (int row = 0; row < leaf_side; ++row) {
        const Index from_row = Index{leaf.row} * leaf_side + row - added;
        batch_.cells[row * leaf_side + column][lane] =
            from_row < 0 || from_column >= cells_->cols() ? 0.0 : (*cells_)(from_row, from_column);
      }
    }
    batch_.row_segments[0][lane] = leaf.column == 0 ? along_rows_.lead : along_rows_.segment;
    batch_.row_segments[1][lane] = along_rows_.segment;
    batch_.column_segments[0][lane] = leaf.row == plan_->shape.rows - 1 ? along_columns_.lead : along_columns_.segment;
    batch_.column_segments[1][lane] = along_columns_.segment;
  }
  const Index nodes = plan_->leaf.nodes();
  solve_leaves(plan_->leaf, batch_, batch_conductances_.of_size(nodes * nodes * leaf_batch));
}

void ArrayElimination::place_leaf(const EliminationTree::Node& node, double* values, Index stride) {
  const std::size_t lane = next_leaf_ % leaf_batch;
  if (lane == 0) solve_next_leaves();
  ++next_leaf_;
  const double* leaf = batch_conductances_.values.get() + lane;
  const Index nodes = plan_->leaf.nodes();
  const std::size_t groups = node.places.size();
  for (std::size_t column_group = 0; column_group < groups; ++column_group) {
    for (std::size_t row_group = column_group; row_group < groups; ++row_group) {
      // What is below the diagonal in the leaf's order can be above it in the parent's.
      const Index row = nodes_in(node.places[row_group]);
      const Index column = nodes_in(node.places[column_group]);
      double* to = values + std::min(row, column) * stride + std::max(row, column);
      const Index next_row = row < column ? stride : 1;
      const Index next_column = row < column ? 1 : stride;
      const double* from =
          leaf + (static_cast<Index>(column_group) * nodes + static_cast<Index>(row_group)) * leaf_side * leaf_batch;
      for (Index c = 0; c < leaf_side; ++c) {
        for (Index r = 0; r < leaf_side; ++r) {
          to[c * next_column + r * next_row] = from[(c * nodes + r) * leaf_batch];
        }
      }
    }
  }
}

void ArrayElimination::place_leads(const EliminationTree::Node& node, double* values, Index stride) const {
  std::fill_n(values, stride * nodes_in(node.left), 0.0);
  const std::size_t wires = node.places.size() / 2;
  const std::size_t rows = plan_->shape.along_rows.lead ? static_cast<std::size_t>(plan_->shape.rows) : 0;
  for (std::size_t wire = 0; wire < wires; ++wire) {
    const auto [first, second] = std::minmax(node.places[wire], node.places[wires + wire]);
    double* to = values + nodes_in(first) * stride + nodes_in(second);
    for (Index i = 0; i < leaf_side; ++i) {
      to[i * stride + i] = wire < rows ? along_rows_.lead : along_columns_.lead;
    }
  }
}

}  // namespace palimpsest
