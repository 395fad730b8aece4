#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "models/physics/write_group.hpp"
#include "models/physics/write_verify.hpp"

namespace palimpsest {

/// What one write of an array took.
struct ArrayWrite {
  std::vector<WriteGroup> groups;
  std::uint64_t failed_cells = 0;      ///< outside the tolerance after the last cycle
  double pulse_energy_joule = 0.0;     ///< in the cells
  double verified_microsiemens = 0.0;  ///< conductance summed over all verify reads
};

/// The cells of one tile that are in use: their conductances, traits and wear. Fresh cells stand at the low edge of the
/// window.
class CellArray {
 public:
  /// `unit` numbers the array among all arrays of the chip; it keys the random streams.
  CellArray(const CellConfig& config, std::uint64_t seed, std::uint32_t unit, std::uint32_t rows,
            std::uint32_t columns);

  /// Writes every cell to its target within its tolerance (microsiemens, [rows, columns] each). `step` numbers the
  /// writes of this array.
  ArrayWrite write(const WriteVerifyConfig& config, const Eigen::MatrixXf& targets, const Eigen::MatrixXf& tolerances,
                   std::uint32_t step);

  /// Reads every cell once, without writing: groups of verify reads only.
  ArrayWrite read_back(const WriteVerifyConfig& config) const;

  /// What a read without noise sees of the cells through their access transistors, microsiemens, [rows, columns].
  Eigen::MatrixXf conductances() const;
  std::uint64_t largest_pulse_count() const { return pulse_counts_.maxCoeff(); }

 private:
  CellConfig config_;
  std::uint64_t seed_;
  std::uint32_t unit_;
  Eigen::MatrixXf conductances_;  ///< the cells' own, behind their transistors
  Eigen::Matrix<std::uint64_t, Eigen::Dynamic, Eigen::Dynamic> pulse_counts_;
  std::vector<CellTraits> traits_;
};

}  // namespace palimpsest
