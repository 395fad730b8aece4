#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace palimpsest {

enum class TensorType { f32, u8, i64 };

using TensorShape = std::vector<std::uint64_t>;

/// One tensor of a safetensors file: its data are the bytes [begin, end) after the header.
struct TensorEntry {
  TensorType type = TensorType::f32;
  TensorShape shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::map<std::string, TensorEntry> tensors;  ///< by name
  std::map<std::string, std::string> metadata;
};

/// Reads the JSON header of a safetensors file with `data_bytes` bytes of data behind it. The tensors cover the data
/// exactly, without gap or overlap, and each is as long as its shape and type say. Throws UserError (trace) that names
/// `path` and the tensor.
SafetensorsHeader read_safetensors_header(std::string_view text, const std::string& path, std::uint64_t data_bytes);

}  // namespace palimpsest
