#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sim/trace/safetensors_header.hpp"

namespace palimpsest {

/// A tensor that a file will hold.
struct OutputTensor {
  std::string name;
  TensorType type = TensorType::f32;
  TensorShape shape;
};

/// A safetensors file that is written while its tensors come, part by part: places are known before the first one.
class TensorFile {
 public:
  using WriteAt = std::function<void(std::uint64_t place, const std::string& bytes)>;

  /// Lays out `tensors`, whose names differ, in their order; `metadata` goes to the header as it is.
  TensorFile(const std::vector<OutputTensor>& tensors, const std::map<std::string, std::string>& metadata);

  std::uint64_t bytes() const { return bytes_; }

  /// Writes the header; everything after it goes to `write`, too.
  void begin(WriteAt write);
  /// Writes rows of the F32 tensor `name`, whose first extent counts them, from number `first` on.
  void write_rows(const std::string& name, std::size_t first, const Eigen::MatrixXf& rows);
  /// Writes the whole I64 tensor `name`.
  void write_integers(const std::string& name, const std::vector<std::int64_t>& values);
  /// Throws std::logic_error if a tensor is not written whole.
  void check_whole() const;

 private:
  struct Place {
    std::uint64_t begin = 0;
    std::uint64_t bytes = 0;
    std::uint64_t written = 0;
  };

  void write(Place& place, std::uint64_t offset, const std::string& bytes);

  std::string head_;
  std::uint64_t bytes_ = 0;
  std::map<std::string, Place> places_;
  WriteAt write_;
};

}  // namespace palimpsest
