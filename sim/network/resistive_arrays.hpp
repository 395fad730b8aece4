#pragma once

#include <cstdint>
#include <vector>

#include "models/physics/cell_array.hpp"
#include "models/physics/weight_columns.hpp"
#include "sim/config/architecture.hpp"
#include "sim/mapping/tile_map.hpp"

namespace palimpsest {

/// The resistive memory of a chip: the cells of every tile in use, and the weights they hold. Each tile's block has its
/// reference columns, if the mapping wants any, behind its last column and, where the chip reads transposed as well,
/// the reference row below its last row.
class ResistiveArrays {
 public:
  /// The references outlive the object.
  ResistiveArrays(const Architecture& architecture, const Network& network, const TileMap& map, std::uint64_t seed);

  /// Writes the linear weights of `weights` into all tiles; one ArrayWrite per tile.
  std::vector<ArrayWrite> write(const WeightSet& weights);

  /// Reads every cell once; one ArrayWrite of verify reads per tile.
  std::vector<ArrayWrite> read_back() const;

  /// The linear weights as a read of every cell would give them, without read noise: [out, in] by name.
  WeightSet stored_weights() const;

  void advance(double seconds);  ///< lets time pass
  /// Counts vectors that read the cells: by tile, `repetitions` times.
  void add_reads(const std::vector<std::uint64_t>& vectors, std::uint64_t repetitions);

  /// Conductances of a tile's block `seconds` from now, microsiemens: [inputs, columns_of(mapping, outputs)].
  Eigen::MatrixXf block_conductances(std::uint32_t tile, double seconds = 0.0) const;
  const WeightColumns& weight_columns(std::uint32_t operation) const { return weight_columns_[operation]; }

  /// Sum over the cells of the transposed reads that make up one product of one tile, reference row included,
  /// microsiemens.
  double transposed_conductance_sum(std::uint32_t tile) const;

  /// Cells in use, references included.
  std::uint64_t cells() const;
  void begin_round();  ///< wear() tells what later writes cost
  ArrayWear wear() const;

 private:
  const Architecture& architecture_;
  const Network& network_;
  const TileMap& map_;
  std::vector<CellArray> arrays_;
  std::vector<WeightColumns> weight_columns_;  ///< by operation
  std::uint32_t writes_ = 0;
};

}  // namespace palimpsest
