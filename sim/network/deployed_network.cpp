#include "sim/network/deployed_network.hpp"

#include "models/physics/quantize.hpp"
#include "models/physics/units.hpp"

namespace palimpsest {

Activity& Activity::operator+=(const Activity& other) {
  crossbar_joule += other.crossbar_joule;
  saturated_adc += other.saturated_adc;
  saturated_lora += other.saturated_lora;
  saturated_storage += other.saturated_storage;
  return *this;
}

DeployedNetwork::DeployedNetwork(const Architecture& architecture, const Network& network, const TileMap& map,
                                 const ResistiveArrays& arrays, const WeightSet& weights,
                                 const std::vector<const Adapter*>& adapters, const Eigen::MatrixXf& calibration_input)
    : architecture_(architecture), network_(network), map_(map), parameters_(weights) {
  Ranges ranges = calibrate(network, weights, adapters, calibration_input);
  value_ranges_ = std::move(ranges.values);

  const double volt = architecture.tile.dac.full_scale_volt;
  for (std::uint32_t tile = 0; tile < map.blocks.size(); ++tile) {
    const TileBlock& block = map.blocks[tile];
    Crossbar crossbar(arrays.block_conductances(tile), architecture.resistive_memory.cell.read_noise);
    const Eigen::MatrixXf calibration_volts = volts(block.operation, ranges.linear_inputs[block.operation]);
    const float largest =
        crossbar.currents(calibration_volts.middleCols(block.first_input, block.inputs)).cwiseAbs().maxCoeff();
    const float input_range = value_ranges_[network.operations[block.operation].inputs[0]];
    const double value_per_microampere =
        double{input_range} / (volt * arrays.weight_map(block.operation).microsiemens_per_weight);
    tiles_.push_back({std::move(crossbar), largest > 0.0F ? largest : 1.0F, static_cast<float>(value_per_microampere)});
  }
  for (const Adapter* adapter : adapters) {
    for (const auto& [operation, pair] : adapter->layers) {
      adapters_[operation].emplace_back(pair.a, pair.b, adapter->scale, architecture.lora_unit.bits,
                                        value_ranges_[network.operations[operation].inputs[0]],
                                        ranges.inner.at({adapter, operation}));
    }
  }
}

void DeployedNetwork::age(const ResistiveArrays& arrays, double seconds) {
  for (std::uint32_t tile = 0; tile < map_.blocks.size(); ++tile) {
    tiles_[tile].crossbar =
        Crossbar(arrays.block_conductances(tile, seconds), architecture_.resistive_memory.cell.read_noise);
  }
}

Eigen::MatrixXf DeployedNetwork::volts(std::uint32_t operation, const Eigen::MatrixXf& x) const {
  // A value was cut at its range when it came to rest; none is left beyond the converter's.
  std::uint64_t saturated = 0;
  const int bits = architecture_.tile.dac.bits;
  const float range = value_ranges_[network_.operations[operation].inputs[0]];
  const auto volt_per_code =
      static_cast<float>(architecture_.tile.dac.full_scale_volt / static_cast<double>(largest_code(bits)));
  return quantize_codes(x, range, bits, saturated) * volt_per_code;
}

/// One evaluation: the arithmetic of the chip plus the samples it is at.
class DeployedNetwork::Arithmetic : public NetworkArithmetic {
 public:
  Arithmetic(const DeployedNetwork& chip, std::uint64_t seed, std::uint32_t evaluation, std::uint32_t first_sample,
             Activity& activity)
      : chip_(chip), seed_(seed), evaluation_(evaluation), first_sample_(first_sample), activity_(activity) {}

  Eigen::MatrixXf product(std::uint32_t operation, const Eigen::MatrixXf& x) override {
    const Eigen::MatrixXf volts = chip_.volts(operation, x);
    Eigen::MatrixXf y = Eigen::MatrixXf::Zero(x.rows(), chip_.network_.operations[operation].output.columns);
    for (const std::uint32_t tile : chip_.map_.tiles_of_operation[operation]) {
      const TileBlock& block = chip_.map_.blocks[tile];
      y.middleCols(block.first_output, block.outputs) +=
          tile_product(tile, volts.middleCols(block.first_input, block.inputs),
                       chip_.network_.shape(chip_.network_.operations[operation].inputs[0]).rows);
    }
    const auto adapters = chip_.adapters_.find(operation);
    if (adapters == chip_.adapters_.end()) return y;
    for (const LoraPair& pair : adapters->second) y += pair.apply(x, activity_.saturated_lora);
    return y;
  }

  Eigen::MatrixXf rest(std::uint32_t value, const Eigen::MatrixXf& computed) override {
    return quantize(computed, chip_.value_ranges_[value], chip_.architecture_.sram.activation_bits,
                    activity_.saturated_storage);
  }

 private:
  Eigen::MatrixXf tile_product(std::uint32_t number, const Eigen::MatrixXf& volts, Eigen::Index rows_per_sample) {
    const Tile& tile = chip_.tiles_[number];
    Eigen::MatrixXf currents = tile.crossbar.currents(volts);
    for (Eigen::Index row = 0; row < volts.rows(); row += rows_per_sample) {
      const auto sample = first_sample_ + static_cast<std::uint32_t>(row / rows_per_sample);
      RandomStream stream(seed_, RandomPurpose::read_noise, (std::uint64_t{evaluation_} << 32U) | number, sample);
      tile.crossbar.add_read_noise(volts.middleRows(row, rows_per_sample), stream,
                                   currents.middleRows(row, rows_per_sample));
    }
    activity_.crossbar_joule +=
        tile.crossbar.read_energy_joule(volts, chip_.architecture_.tile.crossbar.read_ns * nano);
    return tile.value_per_microampere * quantize(currents, tile.adc_full_scale_microampere,
                                                 chip_.architecture_.tile.adc.bits, activity_.saturated_adc);
  }

  const DeployedNetwork& chip_;
  std::uint64_t seed_;
  std::uint32_t evaluation_;
  std::uint32_t first_sample_;
  Activity& activity_;
};

Eigen::MatrixXf DeployedNetwork::evaluate(const Eigen::MatrixXf& input, std::uint64_t seed, std::uint32_t evaluation,
                                          std::uint32_t first_sample, Activity& activity) const {
  Arithmetic arithmetic(*this, seed, evaluation, first_sample, activity);
  return palimpsest::evaluate(network_, parameters_, input, arithmetic);
}

}  // namespace palimpsest
