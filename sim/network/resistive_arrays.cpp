#include "sim/network/resistive_arrays.hpp"

#include <algorithm>
#include <mutex>
#include <string>

#include "models/physics/uniform_read.hpp"
#include "sim/parallel.hpp"

namespace palimpsest {

namespace {

bool layer_differs(const WeightSet& weights, const WeightSet& held, const std::string& name) {
  const auto found = held.find(name);
  return found == held.end() || found->second != weights.at(name);
}

/// Of those that are not the ones held. Without `held` (empty) all are new.
std::uint64_t clipped_weights(const WeightColumns& columns, const Eigen::MatrixXf& weights,
                              const Eigen::MatrixXf& held) {
  std::uint64_t clipped = 0;
  for (Eigen::Index weight = 0; weight < weights.size(); ++weight) {
    const bool written = held.size() == 0 || weights.reshaped()(weight) != held.reshaped()(weight);
    if (written && columns.clips(weights.reshaped()(weight))) ++clipped;
  }
  return clipped;
}

/// Where a weight is the one held, its cells' `targets` become those that they have: [inputs, outputs] of weights,
/// [rows, columns] of targets.
void keep_targets(const CellArray& array, const MappingConfig& mapping, const Eigen::MatrixXf& weights,
                  const Eigen::MatrixXf& held, Eigen::MatrixXf& targets) {
  const auto outputs = static_cast<std::uint32_t>(weights.cols());
  for (std::uint32_t column = 0; column < outputs * columns_per_output(mapping); ++column) {
    const std::uint32_t output = output_of_column(mapping, column, outputs);
    for (Eigen::Index input = 0; input < weights.rows(); ++input) {
      if (weights(input, output) == held(input, output)) targets(input, column) = array.targets()(input, column);
    }
  }
}

}  // namespace

ResistiveArrays::ResistiveArrays(const Architecture& architecture, const TileMap& map, std::uint64_t seed)
    : architecture_(architecture),
      map_(map),
      largest_weights_(map.weights.size(), -1.0F),
      weight_columns_(map.weights.size()),
      crossbars_(architecture, map.blocks.size()) {
  arrays_.reserve(map.blocks.size());
  for (std::uint32_t tile = 0; tile < map.blocks.size(); ++tile) {
    const TileBlock& block = map.blocks[tile];
    arrays_.emplace_back(
        architecture.resistive_memory.cell, seed, tile, block.inputs + (has_reference_row(architecture) ? 1 : 0),
        columns_of(architecture.tile.mapping, block.outputs), architecture.resistive_memory.faults.cells);
  }
}

bool ResistiveArrays::differ(const WeightSet& weights, const WeightSet& held) const {
  return std::any_of(map_.weights.begin(), map_.weights.end(),
                     [&](const MappedWeight& mapped) { return layer_differs(weights, held, mapped.product.weight); });
}

bool ResistiveArrays::rescale(std::uint32_t number, const Eigen::MatrixXf& weights) {
  const MappingConfig& mapping = architecture_.tile.mapping;
  float& before = largest_weights_[number];
  if (mapping.scale == WeightScale::kept && before > 0.0F) return false;
  const float largest = weights.cwiseAbs().maxCoeff();
  if (before == largest) return false;
  before = largest;
  weight_columns_[number] =
      WeightColumns(architecture_.resistive_memory.cell, architecture_.resistive_memory.zero_weight_microsiemens,
                    mapping, largest > 0.0F ? mapping.headroom * double{largest} : 1.0);
  return true;
}

Eigen::MatrixXf ResistiveArrays::tolerances(std::uint32_t tile) const {
  const WriteVerifyConfig& config = architecture_.write_verify;
  const CellArray& array = arrays_[tile];
  Eigen::MatrixXf tolerances = Eigen::MatrixXf::Constant(array.rows(), array.columns(),
                                                         static_cast<float>(config.reference_tolerance_microsiemens));
  tolerances.topLeftCorner(map_.blocks[tile].inputs, array.columns() - reference_columns(architecture_.tile.mapping))
      .setConstant(static_cast<float>(config.tolerance_microsiemens));
  return tolerances;
}

ArrayWrite ResistiveArrays::write_tile(std::uint32_t tile, const Eigen::MatrixXf& weight, const Eigen::MatrixXf* held,
                                       bool keeps) {
  const TileBlock& block = map_.blocks[tile];
  const auto block_of = [&block](const Eigen::MatrixXf& whole) -> Eigen::MatrixXf {
    return whole.block(block.first_output, block.first_input, block.outputs, block.inputs).transpose();
  };
  const WeightColumns& columns = weight_columns_[block.weight];
  const Eigen::MatrixXf weights = block_of(weight);
  const Eigen::MatrixXf held_weights = held != nullptr ? block_of(*held) : Eigen::MatrixXf();
  Eigen::MatrixXf targets = columns.zero_targets(block.outputs).replicate(arrays_[tile].rows(), 1);
  targets.topRows(block.inputs) = columns.targets(weights);
  if (keeps) keep_targets(arrays_[tile], architecture_.tile.mapping, weights, held_weights, targets);
  ArrayWrite written = arrays_[tile].write(architecture_.write_verify, targets, tolerances(tile), writes_);
  written.clipped_weights = clipped_weights(columns, weights, held_weights);
  return written;
}

std::vector<ArrayWrite> ResistiveArrays::write(const WeightSet& weights, const WeightSet& held, unsigned threads,
                                               const std::function<void()>& tile_done) {
  struct TileWrite {
    std::uint32_t tile = 0;
    const Eigen::MatrixXf* weight = nullptr;
    const Eigen::MatrixXf* held = nullptr;
    bool keeps = false;
  };
  std::vector<ArrayWrite> written(arrays_.size());
  std::vector<TileWrite> tiles;
  for (std::uint32_t number = 0; number < map_.weights.size(); ++number) {
    const std::string& name = map_.weights[number].product.weight;
    if (!layer_differs(weights, held, name)) continue;
    const Eigen::MatrixXf& weight = weights.at(name);
    const bool rescaled = rescale(number, weight);
    const auto known = held.find(name);
    const Eigen::MatrixXf* held_weight = known == held.end() ? nullptr : &known->second;
    for (const std::uint32_t tile : map_.weights[number].tiles)
      tiles.push_back({tile, &weight, held_weight, held_weight != nullptr && !rescaled});
  }
  if (tiles.empty()) return written;
  std::mutex done;
  parallel_for(tiles.size(), threads, [&](std::size_t number) {
    const TileWrite& of_tile = tiles[number];
    written[of_tile.tile] = write_tile(of_tile.tile, *of_tile.weight, of_tile.held, of_tile.keeps);
    if (!tile_done) return;
    const std::lock_guard<std::mutex> lock(done);
    tile_done();
  });
  ++writes_;
  return written;
}

std::vector<ArrayWrite> ResistiveArrays::read_back() const {
  std::vector<ArrayWrite> reads;
  reads.reserve(arrays_.size());
  for (const CellArray& array : arrays_) reads.push_back(array.read_back(architecture_.write_verify));
  return reads;
}

WeightSet ResistiveArrays::stored_weights() const {
  WeightSet stored;
  for (std::uint32_t tile = 0; tile < arrays_.size(); ++tile) {
    const TileBlock& block = map_.blocks[tile];
    const ArrayProduct& product = map_.product(block);
    Eigen::MatrixXf& weight = stored[product.weight];
    if (weight.size() == 0) weight.resize(product.outputs, product.inputs);
    weight.block(block.first_output, block.first_input, block.outputs, block.inputs) =
        weight_columns_[block.weight].weights(block_conductances(tile)).transpose();
  }
  return stored;
}

void ResistiveArrays::advance(double seconds) {
  for (CellArray& array : arrays_) array.advance(seconds);
}

void ResistiveArrays::add_reads(const std::vector<std::uint64_t>& vectors, std::uint64_t repetitions) {
  for (std::uint32_t tile = 0; tile < arrays_.size(); ++tile) arrays_[tile].add_reads(vectors[tile] * repetitions);
}

Eigen::MatrixXf ResistiveArrays::block_conductances(std::uint32_t tile, double seconds) const {
  return arrays_[tile].conductances_after(seconds).topRows(map_.blocks[tile].inputs);
}

std::shared_ptr<const Crossbar> ResistiveArrays::crossbar(std::uint32_t tile, double seconds) const {
  const TileBlock& block = map_.blocks[tile];
  return crossbars_.crossbar(tile, block_conductances(tile, seconds),
                             weight_columns_[block.weight].lines(block.outputs), seconds > 0.0);
}

ReadPower ResistiveArrays::transposed_read_power(std::uint32_t tile) const {
  const MappingConfig& mapping = architecture_.tile.mapping;
  const DacConfig& dac = architecture_.tile.dac;
  const Eigen::MatrixXf conductances = arrays_[tile].conductances();
  const Eigen::Index columns = (conductances.cols() - reference_columns(mapping)) / mapping.slices;
  ReadPower sum;
  for (std::uint32_t slice = 0; slice < mapping.slices; ++slice) {
    const ReadPower power = uniform_read_power(conductances.middleCols(slice * columns, columns),
                                               mapping.weights == WeightEncoding::differential, mapping.inputs,
                                               dac.bits, dac.full_scale_volt);
    sum.supply_microampere += power.supply_microampere;
    sum.dissipated_microwatt += power.dissipated_microwatt;
  }
  return sum;
}

std::uint64_t ResistiveArrays::cells() const {
  std::uint64_t cells = 0;
  for (const CellArray& array : arrays_) cells += static_cast<std::uint64_t>(array.rows() * array.columns());
  return cells;
}

void ResistiveArrays::begin_round() {
  for (CellArray& array : arrays_) array.begin_round();
}

ArrayWear ResistiveArrays::wear() const {
  ArrayWear wear;
  for (const CellArray& array : arrays_) wear += array.wear();
  return wear;
}

}  // namespace palimpsest
