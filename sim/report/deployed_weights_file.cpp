#include "sim/report/deployed_weights_file.hpp"

#include "sim/report/provenance_parts.hpp"

namespace palimpsest {

TensorFile deployed_weights_file(const Trace& trace, const ChipIdentity& chip, const std::string& phase,
                                 const Provenance& provenance) {
  std::map<std::string, std::string> metadata = chip;
  metadata.insert({{"schema", "palimpsest.deployed_weights"},
                   {"version", "1"},
                   {"phase", phase},
                   {"provenance", provenance_text(provenance)}});
  std::vector<OutputTensor> tensors;
  for (const auto& [name, shape] : trace.network.parameters)
    tensors.push_back({name, TensorType::f32, {shape.extents().begin(), shape.extents().end()}});
  return {tensors, metadata};
}

void write_values(TensorFile& file, const DeployedWeights& weights) {
  for (const auto& [name, values] : weights.values) file.write_rows(name, 0, values);
}

}  // namespace palimpsest
