#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "models/physics/crossbar.hpp"
#include "models/physics/lora_mac.hpp"
#include "sim/network/float_network.hpp"
#include "sim/network/resistive_arrays.hpp"

namespace palimpsest {

/// What depended on the values while a chip computed.
struct Activity {
  double crossbar_joule = 0.0;      ///< V^2 G t of the cells
  std::uint64_t saturated_adc = 0;  ///< codes beyond the range, here and below
  std::uint64_t saturated_lora = 0;
  std::uint64_t saturated_storage = 0;

  Activity& operator+=(const Activity& other);
};

/// A network on a programmed chip: the tiles' arrays as they were left, adapters in the LoRA unit's integers, converter
/// and storage ranges set from calibration inputs. Evaluation changes nothing, so threads share it.
class DeployedNetwork {
 public:
  /// Ranges come from the float network with `weights` and `adapters` on `calibration_input`, ADC ranges from the
  /// currents that the programmed arrays give for it. Network, architecture and map outlive the object.
  DeployedNetwork(const Architecture& architecture, const Network& network, const TileMap& map,
                  const ResistiveArrays& arrays, const WeightSet& weights, const std::vector<const Adapter*>& adapters,
                  const Eigen::MatrixXf& calibration_input);

  /// Puts what `arrays` will hold `seconds` from now in place of what they held; ranges stay those of the deployment.
  void age(const ResistiveArrays& arrays, double seconds);

  /// Class scores [samples, classes] of the samples in `input`. Read noise is keyed by (seed, evaluation, tile, number
  /// of the sample), the first sample's number being `first_sample`; `activity` is added to.
  Eigen::MatrixXf evaluate(const Eigen::MatrixXf& input, std::uint64_t seed, std::uint32_t evaluation,
                           std::uint32_t first_sample, Activity& activity) const;

 private:
  class Arithmetic;

  struct Tile {
    Crossbar crossbar;
    float adc_full_scale_microampere = 0.0F;
    float value_per_microampere = 0.0F;  ///< turns a current into the layer's output
  };

  Eigen::MatrixXf volts(std::uint32_t operation, const Eigen::MatrixXf& x) const;

  const Architecture& architecture_;
  const Network& network_;
  const TileMap& map_;
  WeightSet parameters_;
  std::vector<float> value_ranges_;
  std::vector<Tile> tiles_;
  std::map<std::uint32_t, std::vector<LoraPair>> adapters_;  ///< by operation
};

}  // namespace palimpsest
