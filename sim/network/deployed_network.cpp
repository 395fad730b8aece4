#include "sim/network/deployed_network.hpp"

#include <algorithm>

#include "models/physics/quantize.hpp"
#include "sim/network/embeddings.hpp"

namespace palimpsest {

Activity& Activity::operator+=(const Activity& other) {
  crossbar_joule += other.crossbar_joule;
  crossbar_dissipation_joule += other.crossbar_dissipation_joule;
  saturated_dac += other.saturated_dac;
  saturated_tia += other.saturated_tia;
  saturated_adc += other.saturated_adc;
  saturated_lora += other.saturated_lora;
  saturated_storage += other.saturated_storage;
  return *this;
}

DeployedNetwork::DeployedNetwork(const Architecture& architecture, const Network& network, const TileMap& map,
                                 const ResistiveArrays& arrays, const WeightSet& weights,
                                 const std::vector<const Adapter*>& adapters, const Eigen::MatrixXf& calibration_input,
                                 std::uint64_t seed, const std::function<void()>& tile_done)
    : architecture_(architecture), network_(network), map_(map), parameters_(weights), seed_(seed) {
  Ranges ranges = calibrate(network, weights, adapters, calibration_input);
  const auto margin = static_cast<float>(architecture.calibration_margin);
  value_ranges_ = std::move(ranges.values);
  for (float& range : value_ranges_) range *= margin;
  for (std::uint32_t operation = 0; operation < network.operations.size(); ++operation) {
    columns_.push_back(arrays.weight_columns(operation));
  }

  for (std::uint32_t tile = 0; tile < map.blocks.size(); ++tile) {
    const TileBlock& block = map.blocks[tile];
    tiles_.emplace_back(architecture.tile, architecture.resistive_memory.cell, arrays.block_conductances(tile),
                        columns_[block.operation].lines(block.outputs), seed, tile);
    if (tile_done) tile_done();
  }
  std::vector<float> largest_volts(tiles_.size(), 0.0F);
  for_each_linear_input(
      network, weights, adapters, calibration_input, [&](std::uint32_t operation, const Eigen::MatrixXf& x) {
        std::uint64_t ignored = 0;
        const Eigen::MatrixXf codes = input_codes(operation, x, ignored);
        for (const std::uint32_t tile : map.tiles_of_operation[operation]) {
          const TileBlock& block = map.blocks[tile];
          const float volt = tiles_[tile].largest_volt(codes.middleCols(block.first_input, block.inputs));
          largest_volts[tile] = std::max(largest_volts[tile], volt);
        }
      });
  set_adc_ranges(largest_volts);
  for (const Adapter* adapter : adapters) {
    for (const auto& [operation, pair] : adapter->layers) {
      adapters_[operation].emplace_back(pair.a, pair.b, adapter->scale, architecture.lora_unit.bits,
                                        value_ranges_[network.operations[operation].inputs[0]],
                                        margin * ranges.inner.at({adapter, operation}),
                                        architecture.lora_unit.refinement);
    }
  }
}

void DeployedNetwork::age(const ResistiveArrays& arrays, double seconds) {
  if (seconds == 0.0) return;
  for (std::uint32_t tile = 0; tile < map_.blocks.size(); ++tile) {
    const TileBlock& block = map_.blocks[tile];
    tiles_[tile].set_conductances(arrays.block_conductances(tile, seconds),
                                  columns_[block.operation].lines(block.outputs));
  }
}

void DeployedNetwork::set_adc_ranges(const std::vector<float>& largest_volts) {
  for (const std::vector<std::uint32_t>& tiles : map_.tiles_of_operation) {
    float largest_of_layer = 0.0F;
    for (const std::uint32_t tile : tiles) largest_of_layer = std::max(largest_of_layer, largest_volts[tile]);
    for (const std::uint32_t tile : tiles) {
      float range = architecture_.tile.adc.range == AdcRange::per_layer ? largest_of_layer : largest_volts[tile];
      range = std::max(range * static_cast<float>(architecture_.calibration_margin),
                       static_cast<float>(architecture_.tile.adc.smallest_full_scale_volt));
      if (architecture_.tile.adc.range == AdcRange::fixed)
        range = static_cast<float>(architecture_.tile.adc.full_scale_volt);
      tiles_[tile].set_adc_range(range);
    }
  }
}

float DeployedNetwork::input_range(std::uint32_t operation) const {
  if (architecture_.tile.dac.input_range) return static_cast<float>(*architecture_.tile.dac.input_range);
  return value_ranges_[network_.operations[operation].inputs[0]];
}

Eigen::MatrixXf DeployedNetwork::input_codes(std::uint32_t operation, const Eigen::MatrixXf& x,
                                             std::uint64_t& saturated) const {
  return quantize_codes(x, input_range(operation), architecture_.tile.dac.bits, saturated,
                        architecture_.tile.dac.refinement);
}

/// One evaluation: the arithmetic of the chip plus the samples it is at.
class DeployedNetwork::Arithmetic : public NetworkArithmetic {
 public:
  Arithmetic(const DeployedNetwork& chip, std::uint32_t evaluation, std::uint32_t first_sample, Activity& activity)
      : chip_(chip), evaluation_(evaluation), first_sample_(first_sample), activity_(activity) {}

  Eigen::MatrixXf product(std::uint32_t operation, const Eigen::MatrixXf& x) override {
    const Operation& op = chip_.network_.operations[operation];
    const Eigen::MatrixXf codes = chip_.input_codes(operation, x, activity_.saturated_dac);
    const double value_per_code =
        double{chip_.input_range(operation)} / largest_code(chip_.architecture_.tile.dac.bits);
    const ReadKey key{chip_.seed_, evaluation_, first_sample_, chip_.network_.shape(op.inputs[0]).rows};
    Eigen::MatrixXf y = Eigen::MatrixXf::Zero(x.rows(), op.output.columns);
    for (const std::uint32_t tile : chip_.map_.tiles_of_operation[operation]) {
      const TileBlock& block = chip_.map_.blocks[tile];
      const Eigen::MatrixXf lines =
          chip_.tiles_[tile].read(codes.middleCols(block.first_input, block.inputs), key, activity_);
      y.middleCols(block.first_output, block.outputs) += chip_.columns_[operation].combine(lines, value_per_code);
    }
    const auto adapters = chip_.adapters_.find(operation);
    if (adapters == chip_.adapters_.end()) return y;
    for (const LoraPair& pair : adapters->second) y += pair.apply(x, activity_.saturated_lora);
    return y;
  }

  Eigen::MatrixXf rest(std::uint32_t value, const Eigen::MatrixXf& computed) override {
    return quantize(computed, chip_.value_ranges_[value], chip_.architecture_.sram.activation_bits,
                    activity_.saturated_storage, chip_.architecture_.sram.refinement);
  }

 private:
  const DeployedNetwork& chip_;
  std::uint32_t evaluation_;
  std::uint32_t first_sample_;
  Activity& activity_;
};

Eigen::MatrixXf DeployedNetwork::evaluate(const Eigen::MatrixXf& input, std::uint32_t evaluation,
                                          std::uint32_t first_sample, Activity& activity,
                                          Eigen::MatrixXf* embeddings) const {
  Arithmetic arithmetic(*this, evaluation, first_sample, activity);
  const auto outputs = [&](NetworkArithmetic& used) {
    return by_sample(palimpsest::evaluate(network_, parameters_, input, used), network_.shape(network_.output).rows);
  };
  if (embeddings == nullptr) return outputs(arithmetic);
  EmbeddingArithmetic embedding(network_, arithmetic);
  Eigen::MatrixXf result = outputs(embedding);
  *embeddings = embedding.embeddings();
  return result;
}

}  // namespace palimpsest
