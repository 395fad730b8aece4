#include "sim/trace/safetensors.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>
#include <string_view>
#include <utility>

#include "sim/config/one_line.hpp"
#include "sim/trace/safetensors_header.hpp"

namespace palimpsest {
namespace {

const char* type_name(TensorType type) {
  return type == TensorType::f32 ? "F32" : type == TensorType::u8 ? "U8" : "I64";
}

// The file is little-endian whatever the machine is.
template <class Word>
Word little_endian(const char* bytes) {
  Word word = 0;
  for (std::size_t i = 0; i < sizeof(Word); ++i)
    word |= static_cast<Word>(static_cast<Word>(static_cast<unsigned char>(bytes[i])) << (8 * i));
  return word;
}

/// Place number `place` of a tensor in C order, as one index for each dimension.
std::string shown_place(std::size_t place, const TensorShape& shape) {
  TensorShape indices(shape.size());
  for (std::size_t dimension = shape.size(); dimension-- > 0; place /= shape[dimension])
    indices[dimension] = place % shape[dimension];
  return shown_shape(indices);
}

float float_at(const char* bytes) {
  const auto bits = little_endian<std::uint32_t>(bytes);
  float value = 0.0F;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// What else holds tensors, told by how the file begins; empty if nothing known. A safetensors file may begin with any
// eight bytes that are the length of a header inside it, so this is asked of a file that has no such header.
std::string other_format(std::string_view beginning) {
  using namespace std::string_view_literals;
  constexpr std::array formats{std::pair{"PK\x03\x04"sv, "a zip archive, as torch.save and numpy.savez write"},
                               std::pair{"PK\x05\x06"sv, "an empty zip archive"},
                               std::pair{"\x80\x02"sv, "a Python pickle"},
                               std::pair{"\x80\x03"sv, "a Python pickle"},
                               std::pair{"\x80\x04"sv, "a Python pickle"},
                               std::pair{"\x80\x05"sv, "a Python pickle"},
                               std::pair{"\x93NUMPY"sv, "a NumPy array"}};
  for (const auto& [magic, name] : formats)
    if (beginning.substr(0, magic.size()) == magic) return name;
  return "";
}

}  // namespace

Safetensors::Safetensors(const std::string& path) : path_(path), file_(path, ExitCode::trace) {
  constexpr std::uint64_t length_bytes = 8;
  constexpr std::uint64_t longest_header = std::uint64_t{64} << 20U;
  const auto refuse = [&path](const std::string& message) {
    throw UserError(ExitCode::trace, one_line(path + ": " + message));
  };
  if (file_.size() < length_bytes) refuse("expected 8 bytes of header length, got " + std::to_string(file_.size()));
  std::array<char, length_bytes> bytes{};
  file_.read(0, bytes.data(), bytes.size());
  const auto length = little_endian<std::uint64_t>(bytes.data());
  const std::string other = other_format({bytes.data(), bytes.size()});
  if (!other.empty() && (length > longest_header || length > file_.size() - length_bytes))
    refuse("expected a safetensors file, got " + other);
  if (length > longest_header) refuse("expected a header of at most 64 MiB, got " + std::to_string(length) + " bytes");
  if (length > file_.size() - length_bytes)
    refuse("expected a header inside the file of " + std::to_string(file_.size()) + " bytes, got " +
           std::to_string(length) + " bytes of header");
  std::string header(length, '\0');
  file_.read(length_bytes, header.data(), header.size());
  data_begin_ = length_bytes + length;
  header_ = read_safetensors_header(header, path_, file_.size() - data_begin_);
}

const TensorShape& Safetensors::shape(const std::string& name, TensorType type, std::size_t dimensions) const {
  const TensorEntry& tensor = entry(name);
  if (tensor.type != type || (dimensions != 0 && tensor.shape.size() != dimensions))
    fail(name, std::string("expected ") + type_name(type) +
                   (dimensions == 0 ? "" : " with " + std::to_string(dimensions) + " dimensions") + ", got " +
                   type_name(tensor.type) + ' ' + shown_shape(tensor.shape));
  return tensor.shape;
}

Eigen::MatrixXf Safetensors::matrix(const std::string& name, std::uint64_t rows, std::uint64_t columns) {
  return floats(name, {rows, columns}, rows, columns);
}

std::vector<std::uint8_t> Safetensors::bytes(const std::string& name, const TensorShape& shape) {
  const std::vector<char> data = read(name, TensorType::u8, shape);
  return {data.begin(), data.end()};
}

std::vector<std::int64_t> Safetensors::integers(const std::string& name, const TensorShape& shape) {
  const std::vector<char> data = read(name, TensorType::i64, shape);
  std::vector<std::int64_t> values(data.size() / sizeof(std::int64_t));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<std::int64_t>(little_endian<std::uint64_t>(&data[i * sizeof(std::int64_t)]));
  return values;
}

void Safetensors::finish(const std::string& message) const {
  for (const auto& [name, tensor] : header_.tensors)
    if (read_.count(name) == 0) fail(name, message);
}

void Safetensors::fail(const std::string& name, const std::string& message) const {
  throw UserError(ExitCode::trace, one_line(path_ + ": tensor " + name + ": " + message));
}

const TensorEntry& Safetensors::entry(const std::string& name) const {
  const auto found = header_.tensors.find(name);
  if (found == header_.tensors.end()) fail(name, "the tensor is missing");
  return found->second;
}

std::vector<char> Safetensors::read(const std::string& name, TensorType type, const TensorShape& shape) {
  const TensorEntry& tensor = entry(name);
  if (tensor.type != type || tensor.shape != shape)
    fail(name, std::string("expected ") + type_name(type) + ' ' + shown_shape(shape) + ", got " +
                   type_name(tensor.type) + ' ' + shown_shape(tensor.shape));
  read_.insert(name);
  std::vector<char> data(tensor.end - tensor.begin);
  if (!data.empty()) file_.read(data_begin_ + tensor.begin, data.data(), data.size());
  return data;
}

std::vector<float> Safetensors::numbers(const std::string& name, const TensorShape& shape) {
  const std::vector<char> data = read(name, TensorType::f32, shape);
  std::vector<float> values(data.size() / sizeof(float));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = float_at(&data[i * sizeof(float)]);
    if (!std::isfinite(values[i]))
      fail(name, "expected finite numbers, got " + std::to_string(values[i]) + " at " + shown_place(i, shape));
  }
  return values;
}

Eigen::MatrixXf Safetensors::floats(const std::string& name, const TensorShape& shape, std::uint64_t rows,
                                    std::uint64_t columns) {
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const std::vector<float> values = numbers(name, shape);
  return Eigen::Map<const RowMajor>(values.data(), static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
}

std::string shown_shape(const TensorShape& shape) {
  std::string text = "[";
  for (const std::uint64_t size : shape) text += (text.size() == 1 ? "" : ", ") + std::to_string(size);
  return text + ']';
}

}  // namespace palimpsest
