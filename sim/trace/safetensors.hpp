#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "sim/config/input_file.hpp"
#include "sim/trace/safetensors_header.hpp"

namespace palimpsest {

/// A safetensors file. Its header is checked as a whole when it is opened: tensors cover the data exactly, without gap
/// or overlap. The data stays in the file until a tensor is read. Every error is a UserError (trace) that names file
/// and tensor.
class Safetensors {
 public:
  explicit Safetensors(const std::string& path);

  /// Shape of the tensor `name`, which must have this type and number of dimensions (0: any).
  const TensorShape& shape(const std::string& name, TensorType type, std::size_t dimensions) const;

  /// F32 `[rows, columns]`; all values finite.
  Eigen::MatrixXf matrix(const std::string& name, std::uint64_t rows, std::uint64_t columns);
  /// F32 of this shape as a matrix, its elements row by row; all values finite.
  Eigen::MatrixXf floats(const std::string& name, const TensorShape& shape, std::uint64_t rows, std::uint64_t columns);
  std::vector<float> numbers(const std::string& name, const TensorShape& shape);  ///< F32, all values finite
  std::vector<std::uint8_t> bytes(const std::string& name, const TensorShape& shape);
  std::vector<std::int64_t> integers(const std::string& name, const TensorShape& shape);

  const std::map<std::string, std::string>& metadata() const { return header_.metadata; }

  /// Refuses tensors that nobody read with `message`.
  void finish(const std::string& message = "no key of trace.json uses this tensor") const;

  [[noreturn]] void fail(const std::string& name, const std::string& message) const;

 private:
  const TensorEntry& entry(const std::string& name) const;
  std::vector<char> read(const std::string& name, TensorType type, const TensorShape& shape);

  std::string path_;
  InputFile file_;
  std::uint64_t data_begin_ = 0;
  SafetensorsHeader header_;
  std::set<std::string> read_;
};

/// `[2, 3]`
std::string shown_shape(const TensorShape& shape);

}  // namespace palimpsest
