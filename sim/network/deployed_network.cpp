#include "sim/network/deployed_network.hpp"

#include <algorithm>

#include "models/physics/quantize.hpp"
#include "sim/network/block_products.hpp"

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
                                 const std::vector<const Adapter*>& adapters, const Tensor& calibration_input,
                                 std::uint64_t seed, const std::function<void()>& tile_done)
    : architecture_(architecture), network_(network), map_(map), parameters_(weights), seed_(seed) {
  Ranges ranges = calibrate(network, weights, adapters, calibration_input);
  const auto margin = static_cast<float>(architecture.calibration_margin);
  value_ranges_ = std::move(ranges.values);
  for (float& range : value_ranges_) range *= margin;
  for (std::uint32_t weight = 0; weight < map.weights.size(); ++weight)
    columns_.push_back(arrays.weight_columns(weight));

  for (std::uint32_t tile = 0; tile < map.blocks.size(); ++tile) {
    const TileBlock& block = map.blocks[tile];
    tiles_.emplace_back(architecture.tile, architecture.resistive_memory.cell, arrays.block_conductances(tile),
                        columns_[block.weight].lines(block.outputs), seed, tile);
    if (tile_done) tile_done();
  }
  std::vector<float> largest_volts(tiles_.size(), 0.0F);
  for_each_array_input(network, weights, adapters, calibration_input, [&](const Execution& execution, const Tensor& x) {
    std::uint64_t ignored = 0;
    const Eigen::MatrixXf codes = input_codes(*execution.operation, x, ignored);
    const ArrayProduct& product = *execution.operation->array_product();
    for (const std::uint32_t tile : map.mapped(product).tiles) {
      const TileBlock& block = map.blocks[tile];
      const float volt =
          tiles_[tile].largest_volt(codes.middleCols(block.group * product.inputs + block.first_input, block.inputs));
      largest_volts[tile] = std::max(largest_volts[tile], volt);
    }
  });
  set_adc_ranges(largest_volts);
  for (const Adapter* adapter : adapters) {
    for (const auto& operation : network.operations()) {
      if (operation->array_product() == nullptr) continue;
      const auto pair = adapter->layers.find(operation->array_product()->layer);
      if (pair == adapter->layers.end()) continue;
      adapters_[operation->index()].emplace_back(pair->second.a, pair->second.b, pair->second.scale,
                                                 architecture.lora_unit.bits, value_ranges_[operation->inputs()[0]],
                                                 margin * ranges.inner.at({adapter, pair->first}),
                                                 architecture.lora_unit.refinement);
    }
  }
}

void DeployedNetwork::age(const ResistiveArrays& arrays, double seconds) {
  if (seconds == 0.0) return;
  for (std::uint32_t tile = 0; tile < map_.blocks.size(); ++tile) {
    const TileBlock& block = map_.blocks[tile];
    tiles_[tile].set_conductances(arrays.block_conductances(tile, seconds),
                                  columns_[block.weight].lines(block.outputs));
  }
}

WeightSet DeployedNetwork::effective_weights() const {
  WeightSet weights = parameters_;
  for (std::uint32_t tile = 0; tile < map_.blocks.size(); ++tile) {
    const TileBlock& block = map_.blocks[tile];
    weights.at(map_.product(block).weight).block(block.first_output, block.first_input, block.outputs, block.inputs) =
        columns_[block.weight].combine(tiles_[tile].line_differences()).transpose();
  }
  return weights;
}

void DeployedNetwork::set_adc_ranges(const std::vector<float>& largest_volts) {
  for (const MappedWeight& weight : map_.weights) {
    float largest_of_layer = 0.0F;
    for (const std::uint32_t tile : weight.tiles) largest_of_layer = std::max(largest_of_layer, largest_volts[tile]);
    for (const std::uint32_t tile : weight.tiles) {
      float range = architecture_.tile.adc.range == AdcRange::per_layer ? largest_of_layer : largest_volts[tile];
      range = std::max(range * static_cast<float>(architecture_.calibration_margin),
                       static_cast<float>(architecture_.tile.adc.smallest_full_scale_volt));
      if (architecture_.tile.adc.range == AdcRange::fixed)
        range = static_cast<float>(architecture_.tile.adc.full_scale_volt);
      tiles_[tile].set_adc_range(range);
    }
  }
}

float DeployedNetwork::input_range(const Operation& operation) const {
  if (architecture_.tile.dac.input_range) return static_cast<float>(*architecture_.tile.dac.input_range);
  return value_ranges_[operation.inputs()[0]];
}

Eigen::MatrixXf DeployedNetwork::input_codes(const Operation& operation, const Tensor& x,
                                             std::uint64_t& saturated) const {
  return quantize_codes(x, input_range(operation), architecture_.tile.dac.bits, saturated,
                        architecture_.tile.dac.refinement);
}

/// One evaluation: the arithmetic of the chip plus the samples it is at.
class DeployedNetwork::Arithmetic : public NetworkArithmetic {
 public:
  Arithmetic(const DeployedNetwork& chip, std::uint32_t evaluation, std::uint32_t first_sample, Activity& activity)
      : chip_(chip), evaluation_(evaluation), first_sample_(first_sample), activity_(activity) {}

  Tensor product(const Execution& execution, const Tensor& x) override {
    const Operation& operation = *execution.operation;
    const ArrayProduct& product = *operation.array_product();
    const Eigen::MatrixXf codes = chip_.input_codes(operation, x, activity_.saturated_dac);
    const double value_per_code =
        double{chip_.input_range(operation)} / largest_code(chip_.architecture_.tile.dac.bits);
    const ReadKey key{chip_.seed_, evaluation_, execution.use, first_sample_, product.vectors};
    Eigen::MatrixXf y = Eigen::MatrixXf::Zero(x.rows(), product.outputs);
    for (const std::uint32_t tile : chip_.map_.mapped(product).tiles) {
      const TileBlock& block = chip_.map_.blocks[tile];
      const Eigen::MatrixXf lines = chip_.tiles_[tile].read(
          codes.middleCols(block.group * product.inputs + block.first_input, block.inputs), key, activity_);
      y.middleCols(block.first_output, block.outputs) += chip_.columns_[block.weight].combine(lines, value_per_code);
    }
    const auto adapters = chip_.adapters_.find(operation.index());
    if (adapters == chip_.adapters_.end()) return y;
    for (const LoraPair& pair : adapters->second) y += pair.apply(x, activity_.saturated_lora);
    return y;
  }

  Tensor matmul(const Execution& execution, const Tensor& x, const Tensor& y) override {
    const std::vector<std::uint32_t>& values = execution.operation->inputs();
    const LoraUnitConfig& unit = chip_.architecture_.lora_unit;
    return block_products(*execution.operation, x, y, [&](const auto& one, const auto& other) {
      return lora_matrix_product(one, other, unit.bits, chip_.value_ranges_[values[0]], chip_.value_ranges_[values[1]],
                                 activity_.saturated_lora, unit.refinement);
    });
  }

  Tensor rest(std::uint32_t value, Tensor computed) override {
    return quantize(computed, chip_.value_ranges_[value], chip_.architecture_.sram.activation_bits,
                    activity_.saturated_storage, chip_.architecture_.sram.refinement);
  }

 private:
  const DeployedNetwork& chip_;
  std::uint32_t evaluation_;
  std::uint32_t first_sample_;
  Activity& activity_;
};

Eigen::MatrixXf DeployedNetwork::evaluate(const Tensor& input, std::uint32_t evaluation, std::uint32_t first_sample,
                                          Activity& activity, Eigen::MatrixXf* embeddings) const {
  Arithmetic arithmetic(*this, evaluation, first_sample, activity);
  return palimpsest::evaluate(network_, parameters_, input, arithmetic, embeddings);
}

}  // namespace palimpsest
