#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/physics/analogue_tile.hpp"
#include "models/physics/lora_mac.hpp"
#include "sim/mapping/driven_lines.hpp"
#include "sim/mapping/fused_chains.hpp"
#include "sim/network/float_network.hpp"
#include "sim/network/resistive_arrays.hpp"

namespace palimpsest {

/// What was put into the products with a weight.
struct ProductInputs {
  std::uint64_t codes = 0;
  std::uint64_t active = 0;  ///< of them, those other than zero
  bool spikes = false;       ///< some were
  bool gated = false;        ///< lines of those that are zero were not driven
};

/// What depended on the values while a chip computed.
struct Activity : ReadActivity {
  std::uint64_t saturated_lora = 0;  ///< codes beyond the range, here and below
  std::uint64_t saturated_storage = 0;
  std::uint64_t undriven_codes = 0;  ///< lines that were gated, in every pass of every read of a tile
  std::uint64_t undriven_spikes = 0;
  std::map<std::string, ProductInputs> inputs;  ///< by weight

  Activity& operator+=(const Activity& other);
};

/// A network on a programmed chip: the tiles' arrays as they were left, adapters in the LoRA unit's integers, converter
/// and storage ranges set from calibration inputs. Evaluation changes nothing, so threads share it.
class DeployedNetwork {
 public:
  /// Ranges come from the float network with `weights` and `adapters` on `calibration_input`, ADC ranges from the
  /// currents that the programmed arrays give for it, unless the architecture fixes them. `seed` keys the converters'
  /// own errors. Network, architecture and map outlive the object.
  DeployedNetwork(const Architecture& architecture, const Network& network, const TileMap& map,
                  const ResistiveArrays& arrays, const WeightSet& weights, const std::vector<const Adapter*>& adapters,
                  const Tensor& calibration_input, std::uint64_t seed);

  /// Puts what `arrays` will hold `seconds` from now in place of what they held; ranges stay those of the deployment.
  void age(const ResistiveArrays& arrays, double seconds);

  /// The parameters as they are computed with: of a weight in the arrays, the matrix that the tiles multiply with
  /// before noise and conversion (writing errors, stuck cells, drift and the wires' voltage drop are in it), of any
  /// other parameter what was deployed.
  WeightSet effective_weights() const;

  /// Outputs [samples, elements of an output] of the samples in `input`. Noise is keyed by (seed, evaluation, tile,
  /// number of the sample), the first sample's number being `first_sample`; `activity` is added to. `embeddings`, if
  /// any, is set to those of the samples (embeddings.hpp), as they rest in the SRAM buffer. What the samples drive is
  /// written to the tables of `driven`.
  Eigen::MatrixXf evaluate(const Tensor& input, std::uint32_t evaluation, std::uint32_t first_sample,
                           Activity& activity, Eigen::MatrixXf* embeddings = nullptr,
                           const DrivenLineTables& driven = {}) const;

 private:
  class Arithmetic;

  std::uint32_t number_of(const Execution& execution) const;
  LineInputs inputs_of(const Execution& execution) const;
  float input_range(const Execution& execution) const;  ///< value of the largest input code
  void set_adc_ranges(const std::vector<float>& largest_volts);
  Eigen::MatrixXf input_codes(const Execution& execution, const Tensor& x, std::uint64_t& saturated) const;

  const Architecture& architecture_;
  const Network& network_;
  const TileMap& map_;
  FusedChains chains_;
  std::vector<bool> spike_products_;  ///< by execution
  WeightSet parameters_;
  std::vector<float> value_ranges_;
  std::uint64_t seed_;
  std::vector<AnalogueTile> tiles_;
  std::vector<WeightColumns> columns_;                       ///< by weight
  std::map<std::uint32_t, std::vector<LoraPair>> adapters_;  ///< by operation
};

}  // namespace palimpsest
