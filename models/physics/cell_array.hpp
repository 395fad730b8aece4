#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "models/physics/array_write.hpp"
#include "models/physics/faults.hpp"
#include "models/physics/saturating.hpp"
#include "models/physics/small_numbers.hpp"
#include "models/physics/wear.hpp"
#include "models/physics/write_verify.hpp"

namespace palimpsest {

/// The cells of one tile that are in use: what they hold, their age and wear. Traits and faults are functions of seed
/// and cell, drawn again when they are needed. Fresh cells stand at the low edge of the window. A cell ages
/// (RetentionConfig) from its last pulse on; one that was never pulsed is disturbed by reads and does not age.
class CellArray {
 public:
  /// `unit` numbers the array among all arrays of the chip: it keys the random streams and is the tile of the fault
  /// map. Of a map, cells that are not in use count for nothing.
  CellArray(const CellConfig& config, std::uint64_t seed, std::uint32_t unit, std::uint32_t rows, std::uint32_t columns,
            const FaultConfig& faults = {});

  /// Writes the cells to their targets within their tolerances (microsiemens, [rows, columns] each), from what they
  /// hold by now. A cell that was last written to just this target and tolerance is neither pulsed nor read, whether
  /// that write succeeded or not; cells that need no pulse keep their history. A cell's first write begins with a
  /// forming pulse, if there are any, which leaves it as fresh cells are and is no wear. `step` numbers the writes of
  /// this array.
  ArrayWrite write(const WriteVerifyConfig& config, const Eigen::MatrixXf& targets, const Eigen::MatrixXf& tolerances,
                   std::uint32_t step);

  /// Reads every cell once, without writing: rounds of verify reads only.
  ArrayWrite read_back(const WriteVerifyConfig& config) const;

  void advance(double seconds) { now_s_ += seconds; }  ///< lets time pass
  void add_reads(std::uint64_t vectors) { reads_ = saturating_sum(reads_, vectors); }

  /// What a read without noise sees of the cells through their access transistors `seconds` from now, without further
  /// reads: microsiemens, [rows, columns].
  Eigen::MatrixXf conductances_after(double seconds) const;
  Eigen::MatrixXf conductances() const { return conductances_after(0.0); }

  /// What the cells were last written to, microsiemens: [rows, columns]; not a number for cells that never were.
  const Eigen::MatrixXf& targets() const { return targets_; }

  Eigen::Index rows() const { return programmed_.rows(); }
  Eigen::Index columns() const { return programmed_.cols(); }

  void begin_round() { round_pulse_counts_.clear(); }  ///< wear() tells what later writes cost
  ArrayWear wear() const;

  std::size_t bytes_of_cells() const;  ///< that are kept for what the cells hold, have taken and were written to

 private:
  /// When a write was, by the clock, by the reads before it, and by its number.
  struct WriteMoment {
    double seconds = 0.0;
    std::uint64_t reads = 0;
    std::uint32_t step = 0;
  };

  /// Of every cell, row by row; empty where all work.
  std::vector<CellState> states() const;
  /// The cells of which target or tolerance are others than those of their last write, in groups.
  CellBatch pending(const WriteVerifyConfig& config, const Eigen::MatrixXf& targets, const Eigen::MatrixXf& tolerances,
                    CellGroups& groups) const;
  /// Traits, faults and random streams count the cells row by row.
  std::size_t cell_index(Eigen::Index row, Eigen::Index column) const {
    return static_cast<std::size_t>(row * columns() + column);
  }
  /// A working cell's own conductance, behind its transistor.
  double conductance_after(double seconds, Eigen::Index row, Eigen::Index column) const;
  /// The number of a tolerance, which is kept for it.
  std::uint32_t tolerance_number(float tolerance);

  CellConfig config_;
  std::uint64_t seed_;
  std::uint32_t unit_;
  FaultConfig faults_;  ///< of the map what names cells of this array
  double now_s_ = 0.0;
  std::uint64_t reads_ = 0;
  std::vector<WriteMoment> moments_{{}};  ///< the first one is when the array was new
  std::vector<float> tolerances_{0.0F};   ///< that cells were written to, the first one for those that never were
  Eigen::MatrixXf programmed_;            ///< the cells' own conductances right after the last pulse
  Eigen::MatrixXf targets_;
  SmallNumbers last_pulsed_;  ///< number of the moment
  SmallNumbers tolerance_numbers_;
  SmallNumbers pulse_counts_;
  SmallNumbers round_pulse_counts_;
};

}  // namespace palimpsest
