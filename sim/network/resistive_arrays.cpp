#include "sim/network/resistive_arrays.hpp"

#include <algorithm>

namespace palimpsest {

namespace {

bool has_reference_row(const Architecture& architecture) {
  return architecture.training.backward_products == BackwardProducts::transposed_read &&
         reference_columns(architecture.tile.mapping) > 0;
}

}  // namespace

ResistiveArrays::ResistiveArrays(const Architecture& architecture, const Network& network, const TileMap& map,
                                 std::uint64_t seed)
    : architecture_(architecture), network_(network), map_(map), weight_columns_(network.operations.size()) {
  arrays_.reserve(map.blocks.size());
  for (std::uint32_t tile = 0; tile < map.blocks.size(); ++tile) {
    const TileBlock& block = map.blocks[tile];
    arrays_.emplace_back(architecture.resistive_memory.cell, seed, tile,
                         block.inputs + (has_reference_row(architecture) ? 1 : 0),
                         columns_of(architecture.tile.mapping, block.outputs));
  }
}

std::vector<ArrayWrite> ResistiveArrays::write(const WeightSet& weights) {
  const WriteVerifyConfig& config = architecture_.write_verify;
  const MappingConfig& mapping = architecture_.tile.mapping;
  std::vector<ArrayWrite> written;
  written.reserve(arrays_.size());
  for (std::uint32_t tile = 0; tile < arrays_.size(); ++tile) {
    const TileBlock& block = map_.blocks[tile];
    const Eigen::MatrixXf& weight = weights.at(network_.operations[block.operation].weight);
    const float largest = weight.cwiseAbs().maxCoeff();
    WeightColumns& columns = weight_columns_[block.operation];
    columns =
        WeightColumns(architecture_.resistive_memory.cell, architecture_.resistive_memory.zero_weight_microsiemens,
                      mapping, largest > 0.0F ? double{largest} : 1.0);
    const Eigen::Index rows = arrays_[tile].conductances().rows();
    Eigen::MatrixXf targets = columns.zero_targets(block.outputs).replicate(rows, 1);
    targets.topRows(block.inputs) =
        columns.targets(weight.block(block.first_output, block.first_input, block.outputs, block.inputs).transpose());
    Eigen::MatrixXf tolerances =
        Eigen::MatrixXf::Constant(rows, targets.cols(), static_cast<float>(config.reference_tolerance_microsiemens));
    tolerances.topLeftCorner(block.inputs, targets.cols() - reference_columns(mapping))
        .setConstant(static_cast<float>(config.tolerance_microsiemens));
    written.push_back(arrays_[tile].write(config, targets, tolerances, writes_));
  }
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
    const Operation& operation = network_.operations[block.operation];
    Eigen::MatrixXf& weight = stored[operation.weight];
    if (weight.size() == 0) {
      weight.resize(operation.output.columns, network_.shape(operation.inputs[0]).columns);
    }
    weight.block(block.first_output, block.first_input, block.outputs, block.inputs) =
        weight_columns_[block.operation].weights(block_conductances(tile)).transpose();
  }
  return stored;
}

Eigen::MatrixXf ResistiveArrays::block_conductances(std::uint32_t tile) const {
  return arrays_[tile].conductances().topRows(map_.blocks[tile].inputs);
}

double ResistiveArrays::transposed_conductance_sum(std::uint32_t tile) const {
  const Eigen::MatrixXf conductances = arrays_[tile].conductances();
  const Eigen::Index driven = conductances.cols() - reference_columns(architecture_.tile.mapping);
  return conductances.leftCols(driven).cast<double>().sum();
}

std::uint64_t ResistiveArrays::cells() const {
  std::uint64_t cells = 0;
  for (const CellArray& array : arrays_) cells += static_cast<std::uint64_t>(array.conductances().size());
  return cells;
}

std::uint64_t ResistiveArrays::largest_pulse_count() const {
  std::uint64_t largest = 0;
  for (const CellArray& array : arrays_) largest = std::max(largest, array.largest_pulse_count());
  return largest;
}

}  // namespace palimpsest
