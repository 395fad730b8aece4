#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "models/physics/cell.hpp"
#include "models/physics/mapping.hpp"
#include "models/physics/sense_line.hpp"
#include "models/physics/weight_map.hpp"

namespace palimpsest {

/// The weights of a layer on the columns of its tiles. Columns are ordered slice by slice, the least significant first;
/// in a slice output by output; of a pair, the device for positive weights first. The reference columns, one per slice,
/// come last.
///
/// One slice holds the weight itself, with the scale of `WeightMap`. Several slices hold the digits of a whole-number
/// code of slices x bits_per_slice bits: of the weight plus half the range (offset), or of its magnitude
/// (differential). A digit d of b bits stands at low + d (high - low) / (2^b - 1) of the window.
class WeightColumns {
 public:
  WeightColumns() = default;

  /// For weights up to a magnitude of `largest` (> 0), which reaches the window's edge.
  WeightColumns(const CellConfig& cell, double zero_microsiemens, const MappingConfig& mapping, double largest);

  /// Target conductances of `weights` [inputs, outputs]: microsiemens, [inputs, columns_of(mapping, outputs)]. Weights
  /// that are clipped stand at the window's edge, or have the largest code.
  Eigen::MatrixXf targets(const Eigen::MatrixXf& weights) const;

  /// Whether a weight lies further beyond what the columns can hold than rounding explains. With an analogue offset
  /// weight one sign may reach further than the other, to its own edge of the window.
  bool clips(float weight) const;

  /// Conductances of a row of zero weights, microsiemens, [1, columns]: what the reference row of a transposed read
  /// holds.
  Eigen::RowVectorXf zero_targets(std::uint32_t outputs) const;

  /// The weights that `conductances` (microsiemens, [inputs, columns]) stand for when every reference cell is exactly
  /// at its target: [inputs, outputs].
  Eigen::MatrixXf weights(const Eigen::MatrixXf& conductances) const;

  /// Which columns' currents are subtracted to the signed current of each slice and output, in the columns' order.
  std::vector<SenseLine> lines(std::uint32_t outputs) const;

  /// Sums the slices of `lines` [vectors, slices x outputs] (conductance differences in microsiemens, times anything)
  /// with their significance: [vectors, outputs], in weights times that thing.
  Eigen::MatrixXf combine(const Eigen::MatrixXf& lines) const;

  /// Weight that a conductance difference of 1 uS in `slice` stands for.
  double weight_per_microsiemens(std::uint32_t slice) const;

  /// The same of every slice, times `factor`.
  std::vector<double> slice_weights(double factor = 1.0) const;

 private:
  Eigen::MatrixXf slice_targets(const Eigen::MatrixXf& codes, std::uint32_t slice) const;
  double zero_of_slice(std::uint32_t slice) const;
  std::uint32_t outputs_of(Eigen::Index columns) const;

  MappingConfig mapping_;
  CellConfig cell_;
  WeightMap analogue_;  ///< the map of a single slice
  double weight_per_code_ = 1.0;
  double lowest_ = -1.0;  ///< weight that is not clipped
  double highest_ = 1.0;
};

}  // namespace palimpsest
