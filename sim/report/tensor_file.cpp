#include "sim/report/tensor_file.hpp"

#include <cstring>
#include <stdexcept>
#include <utility>

#include "sim/report/json_parts.hpp"

namespace palimpsest {

namespace {

constexpr std::size_t alignment = 8;

template <class Word>
void append_little_endian(std::string& bytes, Word word) {
  for (std::size_t byte = 0; byte < sizeof(Word); ++byte) bytes += static_cast<char>((word >> (8 * byte)) & 0xFFU);
}

std::uint64_t bytes_of(const OutputTensor& tensor) {
  std::uint64_t bytes = tensor.type == TensorType::i64 ? sizeof(std::int64_t) : sizeof(float);
  for (const std::uint64_t extent : tensor.shape) bytes *= extent;
  return bytes;
}

}  // namespace

TensorFile::TensorFile(const std::vector<OutputTensor>& tensors, const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t end = 0;
  for (const OutputTensor& tensor : tensors) {
    Place place;
    place.begin = end;
    place.bytes = bytes_of(tensor);
    end += place.bytes;
    header[tensor.name] = {{"dtype", tensor.type == TensorType::i64 ? "I64" : "F32"},
                           {"shape", tensor.shape},
                           {"data_offsets", {place.begin, end}}};
    places_.emplace(tensor.name, place);
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.append((alignment - text.size() % alignment) % alignment, ' ');
  append_little_endian(head_, static_cast<std::uint64_t>(text.size()));
  head_ += text;
  for (auto& [name, place] : places_) place.begin += head_.size();
  bytes_ = head_.size() + end;
}

void TensorFile::begin(WriteAt write) {
  write_ = std::move(write);
  write_(0, head_);
}

void TensorFile::write_rows(const std::string& name, std::size_t first, const Eigen::MatrixXf& rows) {
  std::string bytes;
  bytes.reserve(static_cast<std::size_t>(rows.size()) * sizeof(float));
  for (Eigen::Index row = 0; row < rows.rows(); ++row) {
    for (Eigen::Index column = 0; column < rows.cols(); ++column) {
      const float value = rows(row, column);
      std::uint32_t bits = 0;
      std::memcpy(&bits, &value, sizeof bits);
      append_little_endian(bytes, bits);
    }
  }
  write(places_.at(name), std::uint64_t{first} * static_cast<std::uint64_t>(rows.cols()) * sizeof(float), bytes);
}

void TensorFile::write_integers(const std::string& name, const std::vector<std::int64_t>& values) {
  std::string bytes;
  for (const std::int64_t value : values) append_little_endian(bytes, static_cast<std::uint64_t>(value));
  write(places_.at(name), 0, bytes);
}

void TensorFile::write(Place& place, std::uint64_t offset, const std::string& bytes) {
  if (offset + bytes.size() > place.bytes) throw std::logic_error("a tensor is longer than its place");
  write_(place.begin + offset, bytes);
  place.written += bytes.size();
}

void TensorFile::check_whole() const {
  for (const auto& [name, place] : places_)
    if (place.written != place.bytes) throw std::logic_error("the tensor " + name + " is not written whole");
}

}  // namespace palimpsest
