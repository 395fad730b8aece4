#include "models/physics/wires/array_plan.hpp"

namespace palimpsest {

ArrayPlan::ArrayPlan(const ArrayShape& of_shape)
    : shape(of_shape),
      tree(NodeGroups(shape.rows, shape.columns, shape.along_rows, shape.along_columns)),
      leaf(shape.along_rows.ideal, shape.along_columns.ideal) {
  for (const EliminationTree::Node& node : tree.nodes) {
    if (node.kind == EliminationTree::Kind::leaf) leaves.push_back(node.block);
  }
}

}  // namespace palimpsest
