#include "sim/trace/safetensors.hpp"

#include <algorithm>
#include <cstring>

#include "tests/fuzz/harness.hpp"
#include "tests/fuzz/json_mutator.hpp"
#include "tests/support/tensor_file_writer.hpp"

using namespace palimpsest;

namespace {

constexpr std::size_t length_bytes = 8;

/// The length that stands before the header, no more than what follows it.
std::size_t header_length(const std::string& file) {
  if (file.size() < length_bytes) return 0;
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), length_bytes);
  return std::min<std::uint64_t>(length, file.size() - length_bytes);
}

void read_tensor(Safetensors& file, const std::string& name, const TensorEntry& tensor) {
  const TensorShape& shape = file.shape(name, tensor.type, tensor.shape.size());
  fuzz::expect(shape == tensor.shape, "another shape");
  if (tensor.type == TensorType::u8) {
    fuzz::expect(file.bytes(name, shape).size() == tensor.end - tensor.begin, "another number of bytes");
  } else if (tensor.type == TensorType::i64) {
    fuzz::expect(file.integers(name, shape).size() == (tensor.end - tensor.begin) / 8, "another number of integers");
  } else if (shape.size() == 2) {
    fuzz::expect(file.matrix(name, shape[0], shape[1]).allFinite(), "numbers that are not finite");
  } else {
    const Eigen::MatrixXf numbers = file.floats(name, shape, 1, (tensor.end - tensor.begin) / 4);
    fuzz::expect(numbers.allFinite(), "numbers that are not finite");
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  std::mt19937 random(seed);
  const std::string file = fuzz::input_to_change(data, size, most, random);
  const std::size_t length = header_length(file);
  const std::size_t begin = std::min(file.size(), length_bytes + length);
  if (random() % 4 == 0 && begin < file.size()) {
    // Another byte of a tensor: the file stays as long as its header says.
    std::copy(file.begin(), file.end(), data);
    data[begin + random() % (file.size() - begin)] = static_cast<std::uint8_t>(random());
    return file.size();
  }
  auto header = nlohmann::json::parse(file.substr(std::min(file.size(), length_bytes), length), nullptr, false);
  if (header.is_discarded() || random() % 4 == 0) return LLVMFuzzerMutate(data, size, most);
  fuzz::mutate(header, random);
  const std::string changed = test::safetensors_bytes(fuzz::text_of(header), file.substr(length_bytes + length));
  if (changed.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::copy(changed.begin(), changed.end(), data);
  return changed.size();
}

// A file whose header is accepted gives every tensor, finite or refused, and has no tensor left then.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string content = fuzz::text_of(data, size);
  const std::string path = fuzz::write_file("tensors.safetensors", content);
  const bool accepted = fuzz::accepts(ExitCode::trace, {path + ": "}, [&] {
    Safetensors file(path);
    const std::size_t length = header_length(content);
    const auto header =
        read_safetensors_header(content.substr(length_bytes, length), path, size - length_bytes - length);
    for (const auto& [name, tensor] : header.tensors) read_tensor(file, name, tensor);
    file.finish();
  });
  fuzz::count_input(accepted, content);
  return 0;
}
