#include "sim/network/resistive_arrays.hpp"

namespace palimpsest {

namespace {

bool has_reference_row(const Architecture& architecture) {
  return architecture.training.backward_products == BackwardProducts::transposed_read;
}

}  // namespace

ResistiveArrays::ResistiveArrays(const Architecture& architecture, const Network& network, const TileMap& map,
                                 std::uint64_t seed)
    : architecture_(architecture), network_(network), map_(map), weight_maps_(network.operations.size()) {
  arrays_.reserve(map.blocks.size());
  for (std::uint32_t tile = 0; tile < map.blocks.size(); ++tile) {
    const TileBlock& block = map.blocks[tile];
    arrays_.emplace_back(architecture.resistive_memory.cell, seed, tile,
                         block.inputs + (has_reference_row(architecture) ? 1 : 0), block.outputs + 1,
                         architecture.resistive_memory.faults.cells);
  }
}

std::vector<ArrayWrite> ResistiveArrays::write(const WeightSet& weights) {
  const CellConfig& cell = architecture_.resistive_memory.cell;
  const double zero = architecture_.resistive_memory.zero_weight_microsiemens;
  std::vector<ArrayWrite> written;
  written.reserve(arrays_.size());
  for (std::uint32_t tile = 0; tile < arrays_.size(); ++tile) {
    const TileBlock& block = map_.blocks[tile];
    const Eigen::MatrixXf& weight = weights.at(network_.operations[block.operation].weight);
    const float largest = weight.cwiseAbs().maxCoeff();
    WeightMap& weight_map = weight_maps_[block.operation];
    weight_map = WeightMap::for_largest(cell, zero, largest > 0.0F ? double{largest} : 1.0);
    const Eigen::Index rows = arrays_[tile].rows();
    const WriteVerifyConfig& config = architecture_.write_verify;
    Eigen::MatrixXf targets = Eigen::MatrixXf::Constant(rows, block.outputs + 1, static_cast<float>(zero));
    Eigen::MatrixXf tolerances =
        Eigen::MatrixXf::Constant(rows, block.outputs + 1, static_cast<float>(config.reference_tolerance_microsiemens));
    targets.topLeftCorner(block.inputs, block.outputs) = weight_map.conductances(
        cell, weight.block(block.first_output, block.first_input, block.outputs, block.inputs).transpose());
    tolerances.topLeftCorner(block.inputs, block.outputs)
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
        weight_maps_[block.operation]
            .weights(arrays_[tile].conductances().topLeftCorner(block.inputs, block.outputs))
            .transpose();
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

double ResistiveArrays::transposed_conductance_sum(std::uint32_t tile) const {
  return arrays_[tile].conductances().leftCols(map_.blocks[tile].outputs).cast<double>().sum();
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
