#include <functional>
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

// What reading says of a trace in which `damage` broke one thing; the directory's name is left out.
std::string error_after(const std::function<void(TraceFiles&)>& damage) {
  const TemporaryDirectory directory;
  TraceFiles files = small_trace();
  damage(files);
  files.write(directory.path().string());
  const ThrownError error = thrown_error([&] { read_trace(directory.path().string()); });
  CHECK((error.text == "no error" || error.code == ExitCode::trace));
  CHECK(is_one_line(error.text));
  return error.text == "no error" ? error.text : error.text.substr(directory.path().string().size() + 1);
}

std::string error_with(const std::string& pointer, const json& value) {
  return error_after([&](TraceFiles& files) { files.json[json::json_pointer(pointer)] = value; });
}

}  // namespace

TEST_CASE("A valid trace is read whole") {
  const Trace trace = read_small_trace();
  CHECK(trace.name == "small");
  CHECK(trace.network.operations().size() == 10);
  REQUIRE(trace.network.operation(6).array_product() != nullptr);
  CHECK(trace.network.operation(6).array_product()->layer == "channel");
  CHECK(trace.network.operation(6).array_product()->bias == "channel.bias");
  CHECK(trace.network.operation(2).array_product()->bias.empty());
  CHECK(trace.network.operation(5).array_product() == nullptr);
  CHECK(trace.network.shape(0) == Shape{3, 4});
  CHECK(trace.network.shape(3) == Shape{4, 3});
  CHECK(trace.network.shape(7) == Shape{3, 5});
  CHECK(trace.network.output_value() == 10);
  CHECK(trace.network.output() == Shape{1, 3});
  REQUIRE(trace.weights.size() == 2);
  CHECK(trace.weights.at("learned").at("head.weight").rows() == 3);
  CHECK(trace.weights.at("learned").at("channel.bias").rows() == 1);
  CHECK(trace.weights.at("learned").at("gain").cols() == 4);
  const Adapter& adapter = trace.adapters.at("forget");
  REQUIRE(adapter.layers.size() == 2);
  CHECK(adapter.layers.at("channel").scale == 2.0F);
  CHECK(adapter.layers.at("channel").rank() == 2);
  CHECK(adapter.layers.at("channel").a.cols() == 4);
  CHECK(adapter.layers.at("channel").b.rows() == 5);
  CHECK(trace.calibration.samples == 4);
  CHECK(trace.test.values.size() == 72);
  CHECK(trace.labels == std::vector<std::int64_t>{0, 1, 2, 0, 1, 2});
  REQUIRE(trace.phases.size() == 2);
  CHECK(trace.phases[1].forget == std::vector<std::int64_t>{2});
  CHECK(trace.phases[1].samples.size() == 6);
  CHECK(trace.phases[1].hybrid.adapters == std::vector<std::string>{"forget"});
  CHECK_FALSE(trace.phases[1].hybrid.training[0].trains_backbone);
  CHECK(trace.phases[1].hybrid.training[0].momentum == 0.5);
  CHECK(trace.phases[1].rewrite.weights == "unlearned");
  CHECK(trace.phases[1].rewrite.training[0].steps == 20);
}

TEST_CASE("A phase is tested on the samples of its classes, in order") {
  const TemporaryDirectory directory;
  TraceFiles files = small_trace();
  json& phase = files.json["phases"][1];
  phase["classes"] = {{"retain", {1}}, {"forget", json::array()}, {"new", {2}}};
  for (const char* method : {"hybrid", "rewrite"})
    files.tensors[phase[method]["reference"].get<std::string>()] = raw_matrix(Eigen::MatrixXf::Zero(4, 3));
  files.write(directory.path().string());
  const Trace trace = read_trace(directory.path().string());
  CHECK(trace.phases[1].samples == std::vector<std::uint32_t>{1, 2, 4, 5});
  CHECK(trace.phases[1].fresh == std::vector<std::int64_t>{2});
}

TEST_CASE("A missing file is named") {
  const TemporaryDirectory directory;
  const std::string place = directory.path().string();
  CHECK(thrown_error([&] { read_trace(place + "/none"); }).text == place + "/none/trace.json: no such file");
  directory.write("trace.json", "{}");
  CHECK(thrown_error([&] { read_trace(place); }).text == place + "/tensors.safetensors: no such file");
}

TEST_CASE("A Git LFS pointer in place of trace.json is called that") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("trace.json", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n");
  const ThrownError error = thrown_error([&] { read_trace(directory.path().string()); });
  CHECK(error.code == ExitCode::trace);
  CHECK(error.text == path + ": the file is a Git LFS pointer, not the content; git lfs pull fetches that");
}

TEST_CASE("Wrong values in trace.json are refused with their pointer") {
  const std::string unlearn = "/phases/1";
  const std::vector<std::tuple<std::string, json, std::string>> cases = {
      {"/schema", "palimpsest.architecture", "expected palimpsest.trace; got \"palimpsest.architecture\""},
      {"/version", 3, "expected 1..2, got 3"},
      {"/extra", 1, "unknown key; expected adapters, calibration"},
      {"/name", "", "expected text without control characters, got \"\""},
      {"/provenance/seed", -1, "expected 0.."},
      {"/weights", json::array(), "expected at least one weight set"},
      {"/weights", json::array({"learned", "learned"}), "expected each weight set once, got learned again"},
      {"/adapters/forget/rank", 0, "expected 1..65536, got 0"},
      {"/adapters/forget/alpha", 0, "expected 1e-06..1e+06, got 0"},
      {"/adapters/forget/layers", json::array(), "expected at least one layer"},
      {"/adapters/forget/layers", json::array({"norm"}),
       "expected the name of a layer with weights in the arrays, got norm"},
      {"/adapters/forget/layers", json::array({"head", "head"}), "expected each layer once, got head again"},
      {"/phases", json::array(), "expected at least one phase"},
      {unlearn + "/name", "learn", "expected a new name, got learn"},
      {unlearn + "/classes/forget", json::array({3}), "/0: expected 0..2, got 3"},
      {unlearn + "/classes/forget", json::array({1}), "expected each class once, got 1 again"},
      {unlearn + "/hybrid/weights", "none", "expected the name of a weight set, got none"},
      {unlearn + "/hybrid/adapters", json::array({"none"}), "expected the name of an adapter, got none"},
      {unlearn + "/hybrid/adapters", json::array({"forget", "forget"}), "expected each adapter once, got forget again"},
      {unlearn + "/hybrid/training/0/adapter", "none", "expected one of the method's adapters, got none"},
      {unlearn + "/hybrid/training/0/trains", "all", "expected one of backbone, adapter; got \"all\""},
      {unlearn + "/hybrid/training/0/steps", 0, "expected 1..1000000000, got 0"},
      {unlearn + "/hybrid/training/0/batch_size", 0, "expected 1..1000000, got 0"},
      {unlearn + "/hybrid/training/0/optimizer", "lbfgs", "expected one of sgd, adam; got \"lbfgs\""},
      {unlearn + "/hybrid/training/0/momentum", 1.0, "expected less than 1, got 1"},
      {unlearn + "/hybrid/training/0/momentum", -0.1, "expected 0..1, got -0.1"},
      {unlearn + "/rewrite/training/0/momentum", 0.9, "unknown key; expected batch_size, optimizer, steps, trains"},
      {unlearn + "/hybrid/note", "x", "unknown key; expected adapters, reference, training, weights"},
  };
  for (const auto& [pointer, value, message] : cases) {
    INFO(pointer << " = " << value);
    CHECK_THAT(error_with(pointer, value),
               Catch::Matchers::StartsWith("trace.json: " + pointer) && Catch::Matchers::Contains(message));
  }
}

TEST_CASE("SGD of which the trace says nothing more has no momentum") {
  TraceFiles files = small_trace();
  files.json[json::json_pointer("/phases/1/hybrid/training/0")].erase("momentum");
  const TemporaryDirectory directory;
  files.write(directory.path().string());
  CHECK(read_trace(directory.path().string()).phases[1].hybrid.training[0].momentum == 0.0);
}

TEST_CASE("A phase without test samples is refused") {
  const auto no_classes = [](TraceFiles& files) {
    for (const char* key : {"retain", "forget", "new"}) files.json["phases"][1]["classes"][key] = json::array();
  };
  CHECK(error_after(no_classes) == "trace.json: /phases/1/classes: expected classes with at least one test sample");
}

TEST_CASE("Tensors that do not fit the trace are refused with their name") {
  const auto replace = [](const std::string& name, const RawTensor& tensor) {
    return error_after([&](TraceFiles& files) { files.tensors[name] = tensor; });
  };
  const Eigen::MatrixXf ones = Eigen::MatrixXf::Ones(2, 2);
  const std::string file = "tensors.safetensors: tensor ";
  CHECK(replace("weights/learned/gain", raw_row(ones.row(0))) ==
        file + "weights/learned/gain: expected F32 [4], got F32 [2]");
  CHECK(replace("weights/unlearned/head.weight", raw_matrix(ones)) ==
        file + "weights/unlearned/head.weight: expected F32 [3, 5], got F32 [2, 2]");
  CHECK(replace("weights/learned/head.weight", raw_matrix(ones)) ==
        file + "weights/learned/head.weight: expected [1..65536, 5] as the weight of head, got [2, 2]");
  CHECK(replace("adapters/forget/head/lora_A", raw_matrix(ones)) ==
        file + "adapters/forget/head/lora_A: expected F32 [2, 5], got F32 [2, 2]");
  CHECK(replace("reference/learn", raw_matrix(ones)) == file + "reference/learn: expected F32 [6, 3], got F32 [2, 2]");
  CHECK(replace("test/inputs", raw_bytes({0, 3, 4}, {})) == file + "test/inputs: expected 1..1000000 samples, got 0");
  CHECK(replace("calibration/inputs", raw_bytes({1, 4, 3}, std::vector<std::uint8_t>(12))) ==
        file + "calibration/inputs: expected U8 [1, 3, 4], got U8 [1, 4, 3]");
  CHECK(replace("test/labels", raw_integers({0, 1, 2, 0, 1, 3})) == file + "test/labels: expected classes 0..2, got 3");
  CHECK(replace("test/labels", raw_integers({0, 1, 2, 0, 1, -1})) ==
        file + "test/labels: expected classes 0..2, got -1");
  CHECK(replace("test/labels", raw_integers({0})) == file + "test/labels: expected I64 [6], got I64 [1]");
  CHECK(replace("left/over", raw_matrix(ones)) == file + "left/over: no key of trace.json uses this tensor");
}

TEST_CASE("A missing tensor is named") {
  for (const auto& [name, tensor] : small_trace().tensors) {
    const std::string missing = name;
    CHECK(error_after([&](TraceFiles& files) { files.tensors.erase(missing); }) ==
          "tensors.safetensors: tensor " + missing + ": the tensor is missing");
  }
}

TEST_CASE("A missing key of trace.json is named, whichever it is") {
  const json whole = small_trace().json;
  std::vector<json::json_pointer> objects = {json::json_pointer("")};
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const json& object = whole[objects[i]];
    for (const auto& [key, child] : object.items()) {
      const json::json_pointer pointer = objects[i] / key;
      if (child.is_object()) objects.push_back(pointer);
      // An adapter can be left out; then its name leads nowhere.
      if (pointer.to_string() == "/adapters/forget") continue;
      const std::string name = key;
      const json::json_pointer parent = objects[i];
      CHECK(error_after([&](TraceFiles& files) { files.json[parent].erase(name); }) ==
            "trace.json: " + pointer.to_string() + ": the key is missing");
    }
  }
}
