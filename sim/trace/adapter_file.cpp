#include "sim/trace/adapter_file.hpp"

#include <utility>

#include "sim/config/one_line.hpp"
#include "sim/error.hpp"
#include "sim/trace/safetensors.hpp"

namespace palimpsest {

namespace {

void check_metadata(const AdapterFile& file, const std::string& key, const std::string& expected) {
  const auto found = file.metadata.find(key);
  const std::string got = found == file.metadata.end() ? "nothing" : found->second;
  if (got != expected)
    throw UserError(ExitCode::trace,
                    one_line(file.source.path + ": metadata: " + key + ": expected " + expected + ", got " + got));
}

}  // namespace

AdapterFile read_adapter_file(const std::string& path, const Adapter& replaced) {
  AdapterFile file;
  file.source = source_file(replaced.name, path, ExitCode::trace);
  Safetensors tensors(path);
  file.metadata = tensors.metadata();
  check_metadata(file, "schema", "palimpsest.adapter");
  check_metadata(file, "version", "1");
  check_metadata(file, "adapter", replaced.name);
  file.adapter.name = replaced.name;
  for (const auto& [layer, pair] : replaced.layers) {
    const auto inputs = static_cast<std::uint64_t>(pair.a.cols());
    const auto outputs = static_cast<std::uint64_t>(pair.b.rows());
    const float scale = tensors.numbers(layer + "/scale", {1}).front();
    if (scale == 0.0F) tensors.fail(layer + "/scale", "expected a scale other than 0");
    file.adapter.layers.emplace(layer, LowRankPair{tensors.matrix(layer + "/lora_A", pair.rank(), inputs),
                                                   tensors.matrix(layer + "/lora_B", outputs, pair.rank()), scale});
  }
  tensors.finish("expected lora_A, lora_B and scale of the layers of adapter " + replaced.name + " alone");
  return file;
}

}  // namespace palimpsest
