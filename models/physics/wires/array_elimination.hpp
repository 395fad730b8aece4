#pragma once

#include <hwy/aligned_allocator.h>
#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "models/physics/wires/array_plan.hpp"
#include "models/physics/wires/front_kernel.hpp"
#include "models/physics/wires/leaf_kernel.hpp"
#include "models/physics/wires/wire.hpp"

namespace palimpsest {

/// Eliminates all nodes of an array but the ends of its wires. The order and the memory are kept for the next array of
/// the same shape: asking the system for memory takes longer than the arithmetic.
class ArrayElimination {
 public:
  /// `cells` [rows, columns], microsiemens. The conductances that the ends see; of those below the diagonal the ones
  /// between columns' ends are not set. They last until the next call.
  PartConductances solve(const Eigen::MatrixXd& cells, const Wire& along_rows, const Wire& along_columns);

  /// Where the ends of the array solved last are among the nodes of solve(): the first column's, the others after it;
  /// and the first row's.
  static constexpr Eigen::Index first_column = 0;
  Eigen::Index first_row() const;

 private:
  struct Buffer {
    double* of_size(Eigen::Index needed);

    hwy::AlignedFreeUniquePtr<double[]> values;
    Eigen::Index size = 0;
  };

  PartConductances part(std::size_t node, std::size_t depth, std::size_t child);
  void join(const EliminationTree::Node& node, std::size_t depth, double* values, Eigen::Index stride);
  void place_leaf(const EliminationTree::Node& node, double* values, Eigen::Index stride);
  void place_leads(const EliminationTree::Node& node, double* values, Eigen::Index stride) const;
  void solve_next_leaves();
  Eigen::Index added_rows() const;

  std::optional<ArrayPlan> plan_;
  const Eigen::MatrixXd* cells_ = nullptr;  ///< these three are of the array at hand
  Wire along_rows_{};
  Wire along_columns_{};
  std::size_t next_leaf_ = 0;
  LeafBatch batch_{};
  Buffer batch_conductances_;
  std::vector<std::array<Buffer, 2>> left_;  ///< by depth and number among the parent's children
  Buffer panel_;
};

}  // namespace palimpsest
