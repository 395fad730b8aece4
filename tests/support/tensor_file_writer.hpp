#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace palimpsest::test {

/// A tensor as a safetensors file holds it. Plain, so that a test can break any part of it.
struct RawTensor {
  std::string type;  ///< F32, U8, I64
  std::vector<std::uint64_t> shape;
  std::string data;  ///< little-endian
};

RawTensor raw_matrix(const Eigen::MatrixXf& values);  ///< F32 [rows, columns]
RawTensor raw_row(const Eigen::MatrixXf& values);     ///< F32 [columns]
RawTensor raw_bytes(const std::vector<std::uint64_t>& shape, const std::vector<std::uint8_t>& values);
RawTensor raw_integers(const std::vector<std::int64_t>& values);

/// The bytes of a safetensors file: length, header text, data.
std::string safetensors_bytes(const std::string& header, const std::string& data);
std::string safetensors_bytes(const std::map<std::string, RawTensor>& tensors);

}  // namespace palimpsest::test
