#include <algorithm>
#include <filesystem>
#include <set>

#include "sim/config/json_reader.hpp"
#include "sim/trace/adapter_reader.hpp"
#include "sim/trace/network_reader.hpp"
#include "sim/trace/phase_reader.hpp"
#include "sim/trace/safetensors.hpp"
#include "sim/trace/task_reader.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {
namespace {

constexpr std::uint64_t most_samples = 1'000'000;
constexpr std::uint32_t newest_version = 2;

void read_provenance(JsonReader reader) {
  for (const char* key : {"exporter", "framework", "data", "credit", "data_sha256"}) reader.text(key);
  reader.integer<std::uint64_t>("seed", 0, std::uint64_t{1} << 62U);
  reader.finish();
}

std::vector<std::string> read_weight_set_names(JsonReader& reader) {
  std::vector<std::string> names = reader.texts("weights");
  if (names.empty()) reader.fail("weights", "expected at least one weight set");
  std::set<std::string> seen;
  for (const std::string& name : names)
    if (!seen.insert(name).second) reader.fail("weights", "expected each weight set once, got " + name + " again");
  return names;
}

/// Of samples of shape `sample`.
void check_spikes(const std::string& tensor, const std::vector<std::uint8_t>& values, const Shape& sample,
                  const Safetensors& tensors) {
  const auto other = std::find_if(values.begin(), values.end(), [](std::uint8_t value) { return value > 1; });
  if (other == values.end()) return;
  const auto element = static_cast<std::uint64_t>(other - values.begin());
  std::string place;
  std::uint64_t left = element % sample.elements();
  for (std::size_t dimension = sample.dimensions(); dimension-- > 0;) {
    if (!place.empty()) place.insert(0, ", ");
    place.insert(0, std::to_string(left % sample.extent(dimension)));
    left /= sample.extent(dimension);
  }
  tensors.fail(tensor, "expected spikes, 0 or 1, got " + std::to_string(*other) + " at [" + place + "] of sample " +
                           std::to_string(element / sample.elements()));
}

SampleSet read_samples(const std::string& tensor, const Network& network, Safetensors& tensors) {
  const Shape& input = network.input();
  const TensorType type = network.input_type == InputType::reals ? TensorType::f32 : TensorType::u8;
  const std::uint64_t samples = tensors.shape(tensor, type, input.dimensions() + 1)[0];
  if (samples == 0 || samples > most_samples)
    tensors.fail(tensor, "expected 1.." + std::to_string(most_samples) + " samples, got " + std::to_string(samples));
  TensorShape shape = {samples};
  shape.insert(shape.end(), input.extents().begin(), input.extents().end());
  SampleSet set;
  set.samples = static_cast<std::uint32_t>(samples);
  if (network.input_type == InputType::reals) {
    set.reals = tensors.numbers(tensor, shape);
  } else {
    set.values = tensors.bytes(tensor, shape);
  }
  if (network.input_type == InputType::spikes) check_spikes(tensor, set.values, input, tensors);
  return set;
}

void read_calibration(JsonReader reader, Trace& trace, Safetensors& tensors) {
  trace.calibration = read_samples(reader.text("inputs"), trace.network, tensors);
  reader.finish();
}

void read_test(JsonReader reader, Trace& trace, Safetensors& tensors) {
  trace.test = read_samples(reader.text("inputs"), trace.network, tensors);
  read_answers(reader, trace, tensors);
  reader.finish();
}

void read_phases(JsonReader& reader, Trace& trace, Safetensors& tensors) {
  for (JsonReader& phase_reader : reader.objects("phases")) {
    Phase phase = read_phase(phase_reader, trace, tensors);
    const auto same_name = [&phase](const Phase& other) { return other.name == phase.name; };
    if (std::any_of(trace.phases.begin(), trace.phases.end(), same_name))
      phase_reader.fail("name", "expected a new name, got " + phase.name);
    trace.phases.push_back(std::move(phase));
  }
  if (trace.phases.empty()) reader.fail("phases", "expected at least one phase");
}

}  // namespace

Trace read_trace(const std::string& directory, DepthwiseConvolutions depthwise_convolutions) {
  const std::filesystem::path place(directory);
  Trace trace;
  trace.directory = directory;
  for (const char* name : {"trace.json", "tensors.safetensors"})
    trace.files.push_back(source_file(name, (place / name).generic_string(), ExitCode::trace));
  const JsonDocument document = JsonDocument::read(trace.files[0].path, ExitCode::trace);
  Safetensors tensors(trace.files[1].path);
  JsonReader reader(document);
  const std::uint32_t version = reader.schema("palimpsest.trace", 1, newest_version);
  trace.name = reader.text("name");
  reader.text("description");
  read_provenance(reader.object("provenance"));
  const std::vector<std::string> weight_sets = read_weight_set_names(reader);
  // Version 1 knows no other task than the default.
  if (version > 1) trace.task = read_task(reader.object("task"));
  trace.network = read_network(reader.object("network"), tensors, weight_sets.front(), version, depthwise_convolutions);
  check_output(reader.object("network"), trace);
  for (const std::string& name : weight_sets)
    trace.weights.emplace(name, read_weight_set(trace.network, tensors, name));
  JsonReader adapters = reader.object("adapters");
  for (const std::string& name : adapters.keys())
    trace.adapters.emplace(name, read_adapter(adapters.object(name), name, trace.network, tensors, version));
  read_calibration(reader.object("calibration"), trace, tensors);
  read_test(reader.object("test"), trace, tensors);
  read_phases(reader, trace, tensors);
  reader.finish();
  tensors.finish();
  return trace;
}

}  // namespace palimpsest
