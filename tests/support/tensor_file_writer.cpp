#include "tests/support/tensor_file_writer.hpp"

#include <cstring>

#include <nlohmann/json.hpp>

namespace palimpsest::test {
namespace {

template <class Word>
void append(std::string& bytes, Word word) {
  for (std::size_t i = 0; i < sizeof(Word); ++i) bytes += static_cast<char>((word >> (8 * i)) & 0xFFU);
}

std::string float_bytes(const Eigen::MatrixXf& values) {
  std::string bytes;
  for (Eigen::Index row = 0; row < values.rows(); ++row) {
    for (Eigen::Index column = 0; column < values.cols(); ++column) {
      std::uint32_t bits = 0;
      const float value = values(row, column);
      std::memcpy(&bits, &value, sizeof bits);
      append(bytes, bits);
    }
  }
  return bytes;
}

}  // namespace

RawTensor raw_matrix(const Eigen::MatrixXf& values) {
  return {"F32",
          {static_cast<std::uint64_t>(values.rows()), static_cast<std::uint64_t>(values.cols())},
          float_bytes(values)};
}

RawTensor raw_row(const Eigen::MatrixXf& values) {
  return {"F32", {static_cast<std::uint64_t>(values.cols())}, float_bytes(values)};
}

RawTensor raw_bytes(const std::vector<std::uint64_t>& shape, const std::vector<std::uint8_t>& values) {
  return {"U8", shape, std::string(values.begin(), values.end())};
}

RawTensor raw_integers(const std::vector<std::int64_t>& values) {
  std::string bytes;
  for (const std::int64_t value : values) append(bytes, static_cast<std::uint64_t>(value));
  return {"I64", {values.size()}, bytes};
}

std::string safetensors_bytes(const std::string& header, const std::string& data) {
  std::string bytes;
  append(bytes, static_cast<std::uint64_t>(header.size()));
  return bytes + header + data;
}

std::string safetensors_bytes(const std::map<std::string, RawTensor>& tensors) {
  nlohmann::json header = nlohmann::json::object();
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    const std::size_t end = data.size() + tensor.data.size();
    header[name] = {{"dtype", tensor.type}, {"shape", tensor.shape}, {"data_offsets", {data.size(), end}}};
    data += tensor.data;
  }
  return safetensors_bytes(header.dump(), data);
}

}  // namespace palimpsest::test
