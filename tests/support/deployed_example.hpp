#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "sim/network/deployed_network.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/small_trace.hpp"

namespace palimpsest::test {

/// A chip whose write-verify leaves 1e-4 uS of error: small steps, and as many as it takes.
inline Architecture exact_chip() {
  Architecture architecture;
  CellConfig& cell = architecture.resistive_memory.cell;
  cell.soft_bound.set_step_microsiemens = 1.0;
  cell.soft_bound.reset_step_microsiemens = 1.0;
  cell.soft_bound.cycle_to_cycle = 0.6;
  architecture.write_verify.tolerance_microsiemens = 1e-4;
  architecture.write_verify.reference_tolerance_microsiemens = 1e-4;
  architecture.write_verify.maximum_cycles = 10'000'000;
  return architecture;
}

inline Architecture fine_chip() {
  Architecture architecture = exact_chip();
  architecture.tile.dac.bits = 16;
  architecture.tile.adc.bits = 16;
  architecture.sram.activation_bits = 16;
  architecture.lora_unit.bits = 16;
  return architecture;
}

/// Tiles of 2 x 3 weights, so that every layer is cut in both directions.
inline Architecture small_tiles(Architecture architecture) {
  architecture.tile.crossbar.rows = 3;
  architecture.tile.crossbar.columns = 4;
  return architecture;
}

/// Fast to write, with the noise of the shipped chip.
inline Architecture noisy_chip() {
  Architecture architecture;
  CellConfig& cell = architecture.resistive_memory.cell;
  cell.soft_bound.set_step_microsiemens = 65.0;
  cell.soft_bound.reset_step_microsiemens = 65.0;
  cell.soft_bound.cycle_to_cycle = 0.6;
  cell.read_noise = 0.01;
  return architecture;
}

/// A network with its weights in the arrays of a chip, calibrated with the samples it is evaluated on.
struct Deployed {
  Deployed(Architecture chip, const Network& net, const WeightSet& weights, const std::vector<const Adapter*>& adapters,
           const Tensor& calibration_input)
      : architecture(std::move(chip)),
        network(net),
        map(map_to_tiles(network, architecture)),
        arrays(architecture, map, 1) {
    arrays.write(weights);
    deploy = [this, weights, adapters, calibration_input](std::uint64_t seed) {
      on_chip = std::make_unique<DeployedNetwork>(architecture, network, map, arrays, weights, adapters,
                                                  calibration_input, seed);
    };
    deploy(1);
  }
  Deployed(const Deployed&) = delete;
  Deployed& operator=(const Deployed&) = delete;

  Eigen::MatrixXf scores(const Tensor& input, std::uint32_t evaluation = 0, std::uint32_t first_sample = 0) {
    return on_chip->evaluate(input, evaluation, first_sample, activity);
  }

  Architecture architecture;
  Network network;
  TileMap map;
  ResistiveArrays arrays;
  std::unique_ptr<DeployedNetwork> on_chip;
  std::function<void(std::uint64_t seed)> deploy;  ///< the arrays as they are, with noise of another seed
  Activity activity;
};

/// The small trace's last phase: its hybrid method, with an adapter.
struct SmallTrace {
  Trace trace = read_small_trace();
  const Phase& phase = trace.phases.back();
  const WeightSet& weights = trace.weights.at(phase.hybrid.weights);
  std::vector<const Adapter*> adapters = {&trace.adapters.at("forget")};
  Tensor input = network_input(trace.network, trace.test, phase.samples);

  Deployed on(Architecture architecture) const {
    return {std::move(architecture), trace.network, weights, adapters, input};
  }
  Eigen::Index rows() const { return trace.network.input().rows(); }
};

inline Network one_layer(std::uint32_t outputs, std::uint32_t inputs = 2) {
  NetworkBuilder builder({1, inputs});
  builder.linear(0, outputs, "w");
  return builder.network();
}

}  // namespace palimpsest::test
