#include "sim/network/noisy_weights.hpp"

#include <string>

#include "models/physics/conductance_error.hpp"
#include "models/physics/weight_map.hpp"

namespace palimpsest {

WeightSet noisy_weights(const Network& network, const WeightSet& weights, const NoisyDevices& devices,
                        const ProgrammingKey& key) {
  WeightSet noisy = weights;
  for (const Operation* owner : network.weight_owners()) {
    const std::string& name = owner->array_product()->weight;
    const Eigen::MatrixXf& weight = weights.at(name);
    const float largest = weight.cwiseAbs().maxCoeff();
    const WeightMap map =
        WeightMap::for_largest(devices.cell, devices.zero_weight_microsiemens, largest > 0.0F ? double{largest} : 1.0);
    RandomStream stream(key.seed, RandomPurpose::conductance_error,
                        (std::uint64_t{key.weight_set} << 32U) | owner->index(), key.draw);
    noisy[name] = map.weights(with_conductance_error(devices.cell, map.conductances(devices.cell, weight),
                                                     devices.sigma_microsiemens, stream));
  }
  return noisy;
}

}  // namespace palimpsest
