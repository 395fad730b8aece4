#include <string>
#include <tuple>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/trace/trace.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;
using nlohmann::json;

namespace {

std::string error_with(const std::string& pointer, const json& value) {
  const TemporaryDirectory directory;
  TraceFiles files = small_trace();
  files.json["network"][json::json_pointer(pointer)] = value;
  files.write(directory.path().string());
  return thrown_error([&] { read_trace(directory.path().string()); }).text.substr(directory.path().string().size() + 1);
}

}  // namespace

TEST_CASE("Operations that do not fit together are refused with their pointer") {
  const std::vector<std::tuple<std::string, json, std::string>> cases = {
      {"/input/shape", json::array({3}), "/input/shape: expected [rows, columns]"},
      {"/input/shape", json::array({0, 4}), "/input/shape/0: expected 1..65536, got 0"},
      {"/input/shape", json::array({65536, 65536}), "/input/shape: expected at most 16777216 elements"},
      {"/input/scale", 0, "/input/scale: expected a scale other than 0"},
      {"/operations", json::array(), "/operations: expected at least one operation"},
      {"/operations/0/name", "token", "/operations/2/name: expected a new name, got token"},
      {"/operations/0/operation", "softmax", "/operations/0/operation: expected one of linear, rms_norm"},
      {"/operations/0/output", "x", "/operations/0/output: expected the name of a new value, got x"},
      {"/operations/0/epsilon", 0, "/operations/0/epsilon: expected 1e-30..1, got 0"},
      {"/operations/0/inputs", json::array({"sum"}), "/operations/0/inputs: no earlier operation gives the value sum"},
      {"/operations/0/inputs", json::array({"norm"}), "/operations/0/inputs: no earlier operation gives"},
      {"/operations/0/inputs", json::array({"x", "x"}), "/operations/0/inputs: expected 1, got 2"},
      {"/operations/0/inputs", json::array(), "/operations/0/inputs: expected 1, got 0"},
      {"/operations/0/bias", nullptr, "/operations/0/bias: unknown key; expected epsilon, gain"},
      {"/operations/5/inputs", json::array({"x"}), "/operations/5/inputs: expected 2, got 1"},
      {"/operations/5/inputs", json::array({"x", "rectified"}),
       "/operations/5/inputs: expected two values of one shape, got [3, 4] and [4, 3]"},
      {"/operations/5/inputs", json::array({"x", "x"}),
       "/operations: expected every value to be used, got no use of mixed"},
      {"/output", "activated", "/operations: expected every value to be used, got no use of head"},
      {"/output", "none", "/output: expected the name of a value, got none"},
      {"/output", "pooled", "/operations: expected every value to be used, got no use of head"},
  };
  for (const auto& [pointer, value, message] : cases) {
    INFO(pointer << " = " << value);
    CHECK_THAT(error_with(pointer, value), Catch::Matchers::StartsWith("trace.json: /network" + message));
  }
}

TEST_CASE("A linear layer that does not fit its input is refused with its weight") {
  CHECK(error_with("/operations/6/inputs", json::array({"token"})) ==
        "tensors.safetensors: tensor weights/learned/channel.weight: expected [1..65536, 3] as the weight of channel, "
        "got [5, 4]");
  CHECK(error_with("/operations/6/weight", "none") ==
        "tensors.safetensors: tensor weights/learned/none: the tensor is missing");
}
