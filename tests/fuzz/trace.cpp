#include "sim/trace/trace.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "sim/network/float_network.hpp"
#include "sim/run/reference_check.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/fuzz/json_mutator.hpp"
#include "tests/support/tensor_file_writer.hpp"

using namespace palimpsest;
using nlohmann::json;

namespace {

/// The bytes of a text of hexadecimal digits; what is not one counts as 0.
std::string bytes_of(const std::string& digits) {
  const auto value = [&digits](std::size_t place) {
    const std::size_t found = std::string("0123456789abcdef").find(digits[place]);
    return found == std::string::npos ? 0U : static_cast<unsigned>(found);
  };
  std::string bytes(digits.size() / 2, '\0');
  for (std::size_t byte = 0; byte < bytes.size(); ++byte)
    bytes[byte] = static_cast<char>(value(2 * byte) << 4U | value(2 * byte + 1));
  return bytes;
}

/// Writes the trace that an input describes; gives its directory. An input that describes none is trace.json itself.
std::string write_trace(const std::string& input) {
  const json parts = json::parse(input, nullptr, false);
  const bool described = parts.is_object() && parts.contains("trace") && parts.contains("header");
  const std::string data = described && parts.contains("data") ? bytes_of(fuzz::text_of(parts["data"])) : "";
  fuzz::write_file("tensors.safetensors",
                   test::safetensors_bytes(described ? fuzz::text_of(parts["header"]) : "{}", data));
  const std::string file = fuzz::write_file("trace.json", described ? fuzz::text_of(parts["trace"]) : input);
  return std::filesystem::path(file).parent_path();
}

/// Whether every test sample has what its task compares outputs with.
bool has_answers(const Trace& trace) {
  const bool classifies = trace.task == TaskKind::classify;
  const bool regresses = trace.task == TaskKind::regress;
  return trace.labels.size() == (classifies ? trace.test.samples : 0) &&
         trace.targets.rows() == (regresses ? trace.test.samples : 0) && trace.targets.allFinite();
}

// A trace that is read has everything that its phases name, and its float network has outputs or overflows.
void check(const Trace& trace) {
  fuzz::expect(!trace.phases.empty() && has_answers(trace), "a trace without a phase or answer");
  for (const auto& [name, set] : trace.weights)
    for (const auto& [parameter, values] : set) fuzz::expect(values.allFinite(), "a weight that is not finite");
  for (const Phase& phase : trace.phases) {
    for (const std::uint32_t sample : phase.samples) fuzz::expect(sample < trace.test.samples, "a sample too many");
    for (const Method* method : {&phase.hybrid, &phase.rewrite}) {
      const Ranges ranges = calibrate(trace.network, trace.weights.at(method->weights), adapters_of(trace, *method),
                                      network_input(trace.network, trace.calibration));
      fuzz::expect(std::all_of(ranges.values.begin(), ranges.values.end(), [](float range) { return range > 0.0F; }),
                   "a range of nothing");
    }
  }
  check_references(trace);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  // A number of a tensor, eight digits: the bytes of most inputs are those, and changed anywhere else few are accepted.
  std::mt19937 random(seed);
  static const std::string key = "\"data\":\"";
  const std::string input = fuzz::input_to_change(data, size, most, random);
  const std::size_t found = input.find(key);
  const std::size_t begin = found == std::string::npos ? input.size() : found + key.size();
  const std::size_t words = (std::min(input.find('"', begin), input.size()) - begin) / 8;
  if (words == 0 || random() % 2 == 0) return fuzz::mutate_json(data, size, most, seed);
  static const std::array<std::string, 8> edges{"ffff7f7f", "0000807f", "0000c07f", "01000000",
                                                "00000080", "00000000", "ffffffff", "0000803f"};
  const std::string& edge = edges[random() % edges.size()];
  std::copy(input.begin(), input.end(), data);
  std::copy(edge.begin(), edge.end(), data + begin + 8 * (random() % words));
  return input.size();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  const std::string directory = write_trace(text);
  Trace trace;
  const bool accepted =
      fuzz::accepts(ExitCode::trace, {directory + "/trace.json: ", directory + "/tensors.safetensors: "},
                    [&] { trace = read_trace(directory); });
  fuzz::count_input(accepted, text);
  if (accepted) fuzz::accepts(ExitCode::trace, {""}, [&] { check(trace); });
  return 0;
}
