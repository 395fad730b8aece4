#include "sim/trace/safetensors_header.hpp"

#include <algorithm>
#include <cstddef>

#include "sim/config/json_reader.hpp"
#include "sim/config/json_syntax.hpp"
#include "sim/config/one_line.hpp"

namespace palimpsest {
namespace {

constexpr std::int64_t largest_offset = std::int64_t{1} << 48U;
constexpr std::size_t most_dimensions = 8;
constexpr const char* metadata_key = "__metadata__";

std::uint64_t element_bytes(TensorType type) { return type == TensorType::f32 ? 4 : type == TensorType::u8 ? 1 : 8; }

// Bytes of a shape; one more than the data at most, so that no product overflows.
std::uint64_t shape_bytes(const TensorEntry& tensor, std::uint64_t data_bytes) {
  if (std::find(tensor.shape.begin(), tensor.shape.end(), 0U) != tensor.shape.end()) return 0;
  std::uint64_t bytes = element_bytes(tensor.type);
  for (const std::uint64_t size : tensor.shape) {
    if (size > data_bytes / bytes) return data_bytes + 1;
    bytes *= size;
  }
  return bytes;
}

TensorEntry read_entry(JsonReader reader, std::uint64_t data_bytes) {
  TensorEntry tensor;
  tensor.type =
      reader.choice<TensorType>("dtype", {{"F32", TensorType::f32}, {"U8", TensorType::u8}, {"I64", TensorType::i64}});
  for (const std::int64_t size : reader.integers("shape", 0, largest_offset))
    tensor.shape.push_back(static_cast<std::uint64_t>(size));
  if (tensor.shape.size() > most_dimensions)
    reader.fail("shape", "expected at most " + std::to_string(most_dimensions) + " dimensions");
  const std::vector<std::int64_t> offsets = reader.integers("data_offsets", 0, largest_offset);
  if (offsets.size() != 2 || offsets[0] > offsets[1])
    reader.fail("data_offsets", "expected [begin, end], begin <= end");
  tensor.begin = static_cast<std::uint64_t>(offsets[0]);
  tensor.end = static_cast<std::uint64_t>(offsets[1]);
  reader.finish();
  if (tensor.end > data_bytes)
    reader.fail("data_offsets", "expected an end inside the " + std::to_string(data_bytes) + " bytes of data, got " +
                                    std::to_string(tensor.end));
  const std::uint64_t bytes = shape_bytes(tensor, data_bytes);
  if (bytes != tensor.end - tensor.begin)
    reader.fail("shape", "expected the bytes of shape and dtype to be the " +
                             std::to_string(tensor.end - tensor.begin) + " bytes of data_offsets");
  return tensor;
}

std::map<std::string, std::string> read_metadata(JsonReader reader) {
  std::map<std::string, std::string> metadata;
  for (const std::string& key : reader.keys()) metadata.emplace(key, reader.text(key));
  return metadata;
}

void check_coverage(const std::map<std::string, TensorEntry>& tensors, const std::string& path,
                    std::uint64_t data_bytes) {
  struct Place {
    const std::string* name;
    std::uint64_t begin;
    std::uint64_t end;
  };
  std::vector<Place> places;
  places.reserve(tensors.size());
  for (const auto& [name, tensor] : tensors) places.push_back({&name, tensor.begin, tensor.end});
  std::sort(places.begin(), places.end(), [](const Place& left, const Place& right) {
    return left.begin != right.begin ? left.begin < right.begin : left.end < right.end;
  });
  const auto refuse = [&path](const std::string& message) {
    throw UserError(ExitCode::trace, one_line(path + ": " + message));
  };
  std::uint64_t covered = 0;
  for (const Place& place : places) {
    if (place.begin != covered)
      refuse("tensor " + *place.name + ": expected data from byte " + std::to_string(covered) + ", got " +
             (place.begin < covered ? "an overlap" : "a gap") + " before byte " + std::to_string(place.begin));
    covered = place.end;
  }
  if (covered != data_bytes)
    refuse("expected the tensors to cover the data, got " + std::to_string(data_bytes - covered) +
           " bytes behind the last");
}

}  // namespace

SafetensorsHeader read_safetensors_header(std::string_view text, const std::string& path, std::uint64_t data_bytes) {
  JsonDocument document(parse_json(text, path + ": header", ExitCode::trace), path + ": header", ExitCode::trace);
  JsonReader reader(document);
  SafetensorsHeader header;
  if (reader.has(metadata_key)) header.metadata = read_metadata(reader.object(metadata_key));
  for (const std::string& name : reader.keys()) {
    if (name == metadata_key) continue;
    document.attribute('/' + pointer_step(name), std::string(path).append(": tensor ").append(name));
    header.tensors.emplace(name, read_entry(reader.object(name), data_bytes));
  }
  check_coverage(header.tensors, path, data_bytes);
  return header;
}

}  // namespace palimpsest
