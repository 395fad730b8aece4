#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/report/tensor_file.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest::test {

/// The bytes of a file that holds `adapter` for the chip that `metadata` tells, as workloads/palimpsest_export writes
/// it.
inline std::string adapter_file_bytes(const Adapter& adapter, std::map<std::string, std::string> metadata) {
  metadata.insert({{"schema", "palimpsest.adapter"}, {"version", "1"}, {"adapter", adapter.name}});
  std::vector<OutputTensor> tensors;
  std::vector<std::pair<std::string, Eigen::MatrixXf>> values;
  for (const auto& [layer, pair] : adapter.layers) {
    values.insert(values.end(), {{layer + "/lora_A", pair.a},
                                 {layer + "/lora_B", pair.b},
                                 {layer + "/scale", Eigen::MatrixXf::Constant(1, 1, pair.scale)}});
  }
  for (const auto& [name, matrix] : values) {
    TensorShape shape{static_cast<std::uint64_t>(matrix.rows())};
    if (matrix.size() > 1) shape.push_back(static_cast<std::uint64_t>(matrix.cols()));
    tensors.push_back({name, TensorType::f32, shape});
  }
  TensorFile file(tensors, metadata);
  std::string bytes(file.bytes(), '\0');
  file.begin([&bytes](std::uint64_t place, const std::string& part) { bytes.replace(place, part.size(), part); });
  for (const auto& [name, matrix] : values) file.write_rows(name, 0, matrix);
  return bytes;
}

}  // namespace palimpsest::test
