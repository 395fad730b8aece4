#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "models/physics/cell_array.hpp"
#include "models/physics/weight_columns.hpp"
#include "sim/config/architecture.hpp"
#include "sim/mapping/tile_map.hpp"
#include "sim/network/kept_crossbars.hpp"

namespace palimpsest {

/// The resistive memory of a chip: the cells of every tile in use, and the weights they hold. Each tile's block has its
/// reference columns, if the mapping wants any, behind its last column and, where the chip reads transposed as well,
/// the reference row below its last row.
class ResistiveArrays {
 public:
  /// The references outlive the object.
  ResistiveArrays(const Architecture& architecture, const TileMap& map, std::uint64_t seed);

  /// Writes the array weights of `weights`; one ArrayWrite per tile, without groups where no cell is written. `held`
  /// is what the writer believes the arrays hold: a layer whose weights are all equal to it is left as it is, and in
  /// any other the cells of equal weights keep their targets as long as the layer keeps its scale (WeightScale).
  /// Without `held` all weights are new. Cells whose targets stay are left alone (CellArray::write). The number of
  /// threads changes nothing. `tile_done`, if any, is called after each tile that is written, by one thread at a time.
  std::vector<ArrayWrite> write(const WeightSet& weights, const WeightSet& held = {}, unsigned threads = 1,
                                const std::function<void()>& tile_done = {});

  /// Whether a layer of `weights` differs from `held`.
  bool differ(const WeightSet& weights, const WeightSet& held) const;

  /// Reads every cell once; one ArrayWrite of verify reads per tile.
  std::vector<ArrayWrite> read_back() const;

  /// The weights in the arrays as a read of every cell would give them, without read noise: [out, in] by name.
  WeightSet stored_weights() const;

  void advance(double seconds);  ///< lets time pass
  /// Counts vectors that read the cells: by tile, `repetitions` times.
  void add_reads(const std::vector<std::uint64_t>& vectors, std::uint64_t repetitions);

  /// Conductances of a tile's block `seconds` from now, microsiemens: [inputs, columns_of(mapping, outputs)].
  Eigen::MatrixXf block_conductances(std::uint32_t tile, double seconds = 0.0) const;
  /// What drivers and amplifiers see of a tile's block `seconds` from now. Its wires are solved when its conductances
  /// have changed since it was asked for (KeptCrossbars). Threads may ask for different tiles at the same time.
  std::shared_ptr<const Crossbar> crossbar(std::uint32_t tile, double seconds = 0.0) const;
  const WeightColumns& weight_columns(std::uint32_t weight) const { return weight_columns_[weight]; }  ///< by number

  /// What the transposed reads that make up one product of a tile take with codes spread evenly over the converter's
  /// range, reference row included: a slice at a time is driven.
  ReadPower transposed_read_power(std::uint32_t tile) const;

  /// Cells in use, references included.
  std::uint64_t cells() const;
  void begin_round();  ///< wear() tells what later writes cost
  ArrayWear wear() const;

 private:
  /// Whether a write gives the weight of this number another scale for `weights`; sets it then.
  bool rescale(std::uint32_t number, const Eigen::MatrixXf& weights);
  Eigen::MatrixXf tolerances(std::uint32_t tile) const;
  /// Writes the block of a weight that a tile holds. `held`: the whole weight that the arrays are believed to hold;
  /// null: none. `keeps`: cells of equal weights keep their targets.
  ArrayWrite write_tile(std::uint32_t tile, const Eigen::MatrixXf& weight, const Eigen::MatrixXf* held, bool keeps);

  const Architecture& architecture_;
  const TileMap& map_;
  std::vector<CellArray> arrays_;
  std::vector<float> largest_weights_;         ///< by weight, when the scale was set; negative: never
  std::vector<WeightColumns> weight_columns_;  ///< by weight
  mutable KeptCrossbars crossbars_;            ///< not part of what the arrays hold
  std::uint32_t writes_ = 0;
};

}  // namespace palimpsest
