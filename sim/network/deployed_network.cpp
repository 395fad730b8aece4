#include "sim/network/deployed_network.hpp"

#include <algorithm>
#include <optional>

#include "models/physics/input_encoding.hpp"
#include "models/physics/quantize.hpp"
#include "sim/graph/spike_products.hpp"
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
  undriven_codes += other.undriven_codes;
  undriven_spikes += other.undriven_spikes;
  for (const auto& [weight, added] : other.inputs) {
    ProductInputs& sum = inputs[weight];
    sum.codes += added.codes;
    sum.active += added.active;
    sum.spikes = sum.spikes || added.spikes;
    sum.gated = sum.gated || added.gated;
  }
  return *this;
}

DeployedNetwork::DeployedNetwork(const Architecture& architecture, const Network& network, const TileMap& map,
                                 const ResistiveArrays& arrays, const WeightSet& weights,
                                 const std::vector<const Adapter*>& adapters, const Tensor& calibration_input,
                                 std::uint64_t seed)
    : architecture_(architecture),
      network_(network),
      map_(map),
      chains_(network, architecture.data_path, true),
      spike_products_(spike_products(network)),
      parameters_(weights),
      seed_(seed) {
  Ranges ranges = calibrate(network, weights, adapters, calibration_input);
  const auto margin = static_cast<float>(architecture.calibration_margin);
  value_ranges_ = std::move(ranges.values);
  for (float& range : value_ranges_) range *= margin;
  for (std::uint32_t weight = 0; weight < map.weights.size(); ++weight)
    columns_.push_back(arrays.weight_columns(weight));

  for (std::uint32_t tile = 0; tile < map.blocks.size(); ++tile) {
    tiles_.emplace_back(architecture.tile, architecture.resistive_memory.cell, arrays.crossbar(tile), seed, tile);
  }
  std::vector<float> largest_volts(tiles_.size(), 0.0F);
  for_each_array_input(network, weights, adapters, calibration_input, [&](const Execution& execution, const Tensor& x) {
    std::uint64_t ignored = 0;
    const Eigen::MatrixXf codes = input_codes(execution, x, ignored);
    const ArrayProduct& product = *execution.operation->array_product();
    for (const std::uint32_t tile : map.mapped(product).tiles) {
      const TileBlock& block = map.blocks[tile];
      const float volt = tiles_[tile].largest_volt(
          codes.middleCols(block.group * product.inputs + block.first_input, block.inputs), inputs_of(execution));
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
    tiles_[tile].set_array(arrays.crossbar(tile, seconds));
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

std::uint32_t DeployedNetwork::number_of(const Execution& execution) const {
  return static_cast<std::uint32_t>(&execution - network_.executions().data());
}

LineInputs DeployedNetwork::inputs_of(const Execution& execution) const {
  return line_inputs(architecture_.tile.dac, spike_products_[number_of(execution)]);
}

float DeployedNetwork::input_range(const Execution& execution) const {
  if (inputs_of(execution) == LineInputs::spikes) return 1.0F;
  if (architecture_.tile.dac.input_range) return static_cast<float>(*architecture_.tile.dac.input_range);
  return value_ranges_[execution.operation->inputs()[0]];
}

Eigen::MatrixXf DeployedNetwork::input_codes(const Execution& execution, const Tensor& x,
                                             std::uint64_t& saturated) const {
  if (inputs_of(execution) == LineInputs::spikes) {
    // A stored spike may have been rounded to something other than 1.
    const auto largest = static_cast<float>(largest_code(architecture_.tile.dac.bits));
    return x.unaryExpr([largest](float value) { return value == 0.0F ? 0.0F : largest; });
  }
  return quantize_codes(x, input_range(execution), architecture_.tile.dac.bits, saturated,
                        architecture_.tile.dac.refinement);
}

/// One evaluation: the arithmetic of the chip plus the samples it is at.
class DeployedNetwork::Arithmetic : public NetworkArithmetic {
 public:
  Arithmetic(const DeployedNetwork& chip, std::uint32_t evaluation, std::uint32_t first_sample, Activity& activity,
             const DrivenLineTables& driven)
      : chip_(chip), evaluation_(evaluation), first_sample_(first_sample), activity_(activity), driven_(driven) {}

  Tensor product(const Execution& execution, const Tensor& x) override {
    const Operation& operation = *execution.operation;
    const ArrayProduct& product = *operation.array_product();
    const Eigen::MatrixXf codes = chip_.input_codes(execution, x, activity_.saturated_dac);
    const LineInputs inputs = chip_.inputs_of(execution);
    count_inputs(execution, codes);
    const double value_per_code =
        double{chip_.input_range(execution)} / largest_code(chip_.architecture_.tile.dac.bits);
    const ReadKey key{chip_.seed_, evaluation_, execution.use, first_sample_, product.vectors};
    Tensor y = Tensor::Zero(x.rows(), product.outputs);
    LineDrive drive;
    std::optional<std::uint32_t> driven;  // first input of the lines that it drives; tiles of the same come together
    for (const std::uint32_t tile : chip_.map_.mapped(product).tiles) {
      const TileBlock& block = chip_.map_.blocks[tile];
      const AnalogueTile& analogue = chip_.tiles_[tile];
      const std::uint32_t first_input = block.group * product.inputs + block.first_input;
      const Eigen::MatrixXf driving = codes.middleCols(first_input, block.inputs);
      count_driven_lines(execution, tile, driving);
      if (driven != first_input || !analogue.drives_alike()) drive = analogue.drive(driving, key, inputs);
      driven = first_input;
      analogue.add_products(drive, key, chip_.columns_[block.weight].slice_weights(value_per_code),
                            y.middleCols(block.first_output, block.outputs), activity_);
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

  bool stores(const Execution& execution) const override { return !chip_.chains_.passes_on(execution); }

  Tensor rest(std::uint32_t value, Tensor computed) override {
    return quantize(computed, chip_.value_ranges_[value], chip_.architecture_.sram.activation_bits,
                    activity_.saturated_storage, chip_.architecture_.sram.refinement);
  }

 private:
  void count_inputs(const Execution& execution, const Eigen::MatrixXf& codes) {
    ProductInputs& counted = activity_.inputs[execution.operation->array_product()->weight];
    counted.codes += static_cast<std::uint64_t>(codes.size());
    counted.active += static_cast<std::uint64_t>((codes.array() != 0.0F).count());
    counted.spikes = counted.spikes || chip_.spike_products_[chip_.number_of(execution)];
    counted.gated = counted.gated || gates(chip_.architecture_.tile.dac, chip_.inputs_of(execution));
  }

  /// `codes` [vectors, rows of the tile].
  void count_driven_lines(const Execution& execution, std::uint32_t tile, const Eigen::MatrixXf& codes) {
    const TileConfig& config = chip_.architecture_.tile;
    const LineInputs inputs = chip_.inputs_of(execution);
    if (!gates(config.dac, inputs)) return;
    const LineCounts active =
        active_lines(encoding_of(config.mapping.inputs, inputs), config.dac.bits, codes, config.dac.refinement);
    const auto lines = static_cast<std::uint64_t>(codes.size() * active.cols());
    (inputs == LineInputs::spikes ? activity_.undriven_spikes : activity_.undriven_codes) +=
        lines - active.cast<std::uint64_t>().sum();
    const auto table = driven_.find({chip_.number_of(execution), chip_.map_.group_of[tile]});
    if (table == driven_.end()) return;
    for (Eigen::Index row = 0; row < active.rows(); ++row) {
      const auto vector = static_cast<std::uint64_t>(row);
      for (Eigen::Index pass = 0; pass < active.cols(); ++pass) {
        std::uint32_t& most = table->second->at(first_sample_ + vector / table->second->vectors,
                                                vector % table->second->vectors, static_cast<std::uint64_t>(pass));
        most = std::max(most, active(row, pass));
      }
    }
  }

  const DeployedNetwork& chip_;
  std::uint32_t evaluation_;
  std::uint32_t first_sample_;
  Activity& activity_;
  const DrivenLineTables& driven_;
};

Eigen::MatrixXf DeployedNetwork::evaluate(const Tensor& input, std::uint32_t evaluation, std::uint32_t first_sample,
                                          Activity& activity, Eigen::MatrixXf* embeddings,
                                          const DrivenLineTables& driven) const {
  Arithmetic arithmetic(*this, evaluation, first_sample, activity, driven);
  return palimpsest::evaluate(network_, parameters_, input, arithmetic, embeddings);
}

}  // namespace palimpsest
