#include "tests/support/small_trace.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <utility>

#include "tests/support/temporary_directory.hpp"

namespace palimpsest::test {
namespace {

using Eigen::MatrixXf;
using nlohmann::json;

constexpr int rows = 3;
constexpr int columns = 4;
constexpr int hidden = 5;
constexpr int classes = 3;
constexpr int samples = 6;
constexpr int rank = 2;
constexpr float alpha = 4.0F;
constexpr float input_scale = 1.0F / 255.0F;
constexpr float input_offset = -0.5F;
constexpr float epsilon = 1e-6F;

// Numbers between -amplitude and amplitude without a pattern that symmetry could hide.
MatrixXf numbers(Eigen::Index height, Eigen::Index width, float phase, float amplitude) {
  MatrixXf values(height, width);
  for (Eigen::Index row = 0; row < height; ++row)
    for (Eigen::Index column = 0; column < width; ++column)
      values(row, column) = amplitude * std::sin(phase + 1.7F * static_cast<float>(row * width + column));
  return values;
}

struct Parameters {
  MatrixXf gain, token, channel, channel_bias, head;
};

Parameters parameters(float phase) {
  return {numbers(1, columns, phase, 0.2F).array() + 1.0F, numbers(rows, rows, phase + 1.0F, 0.5F),
          numbers(hidden, columns, phase + 2.0F, 0.5F), numbers(1, hidden, phase + 3.0F, 0.1F),
          numbers(classes, hidden, phase + 4.0F, 0.8F)};
}

struct Adapter {
  MatrixXf channel_a, channel_b, head_a, head_b;
};

Adapter adapter() {
  return {numbers(rank, columns, 10.0F, 0.3F), numbers(hidden, rank, 11.0F, 0.3F), numbers(rank, hidden, 12.0F, 0.3F),
          numbers(classes, rank, 13.0F, 0.3F)};
}

MatrixXf gelu(const MatrixXf& x) {
  return x.unaryExpr([](float value) { return 0.5F * value * (1.0F + std::erf(value / std::sqrt(2.0F))); });
}

/// Class scores, or without `pooling` what each row gives by itself.
MatrixXf scores(const MatrixXf& x, const Parameters& p, const Adapter* low_rank, bool pooling = true) {
  const Eigen::VectorXf power = (x.array().square().rowwise().mean() + epsilon).sqrt();
  const MatrixXf normed = power.cwiseInverse().asDiagonal() * x * p.gain.row(0).asDiagonal();
  const MatrixXf mixed = (normed.transpose() * p.token.transpose()).cwiseMax(0.0F);
  const MatrixXf sum = x + mixed.transpose();
  MatrixXf wide = (sum * p.channel.transpose()).rowwise() + p.channel_bias.row(0);
  if (low_rank != nullptr)
    wide += alpha / rank * sum * low_rank->channel_a.transpose() * low_rank->channel_b.transpose();
  const MatrixXf pooled = pooling ? gelu(wide).colwise().mean() : gelu(wide);
  MatrixXf result = pooled * p.head.transpose();
  if (low_rank != nullptr)
    result += alpha / rank * pooled * low_rank->head_a.transpose() * low_rank->head_b.transpose();
  return result;
}

std::vector<std::uint8_t> pixels(int count) {
  std::vector<std::uint8_t> values(static_cast<std::size_t>(count * rows * columns));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint8_t>((i * 89 + 31) % 256);
  return values;
}

MatrixXf sample(const std::vector<std::uint8_t>& all, int index) {
  const Eigen::Map<const Eigen::Matrix<std::uint8_t, rows, columns, Eigen::RowMajor>> codes(
      all.data() + static_cast<std::ptrdiff_t>(index) * rows * columns);
  return codes.cast<float>() * input_scale + MatrixXf::Constant(rows, columns, input_offset);
}

void add_weights(std::map<std::string, RawTensor>& tensors, const std::string& set, const Parameters& p) {
  tensors["weights/" + set + "/gain"] = raw_row(p.gain);
  tensors["weights/" + set + "/token.weight"] = raw_matrix(p.token);
  tensors["weights/" + set + "/channel.weight"] = raw_matrix(p.channel);
  tensors["weights/" + set + "/channel.bias"] = raw_row(p.channel_bias);
  tensors["weights/" + set + "/head.weight"] = raw_matrix(p.head);
}

json network() {
  const auto plain = [](const char* name, const char* kind, std::vector<std::string> inputs) {
    return json{{"name", name}, {"operation", kind}, {"inputs", std::move(inputs)}, {"output", name}};
  };
  const auto linear = [&plain](const char* name, const char* input, const json& bias) {
    json operation = plain(name, "linear", {input});
    operation["weight"] = std::string(name) + ".weight";
    operation["bias"] = bias;
    return operation;
  };
  json norm = plain("norm", "rms_norm", {"x"});
  norm["gain"] = "gain";
  norm["epsilon"] = epsilon;
  const json input = {{"name", "x"}, {"shape", {rows, columns}}, {"scale", input_scale}, {"offset", input_offset}};
  const json operations = {norm,
                           plain("features", "transpose", {"norm"}),
                           linear("token", "features", nullptr),
                           plain("rectified", "relu", {"token"}),
                           plain("mixed", "transpose", {"rectified"}),
                           plain("sum", "add", {"x", "mixed"}),
                           linear("channel", "sum", "channel.bias"),
                           plain("activated", "gelu", {"channel"}),
                           plain("pooled", "mean", {"activated"}),
                           linear("head", "pooled", nullptr)};
  return {{"input", input}, {"operations", operations}, {"output", "head"}};
}

json method(const char* weights, const json& adapters, const json& training, const char* reference) {
  return {{"weights", weights}, {"adapters", adapters}, {"training", training}, {"reference", reference}};
}

json phases() {
  const json none = json::array();
  const json backbone = {{"trains", "backbone"}, {"optimizer", "adam"}, {"steps", 20}, {"batch_size", 4}};
  const json forget = {{"trains", "adapter"}, {"adapter", "forget"}, {"optimizer", "sgd"},
                       {"momentum", 0.5},     {"steps", 5},          {"batch_size", 2}};
  const json learned = method("learned", none, json::array({backbone}), "reference/learn");
  return {{{"name", "learn"},
           {"classes", {{"retain", {0, 1, 2}}, {"forget", none}, {"new", none}}},
           {"hybrid", learned},
           {"rewrite", learned}},
          {{"name", "unlearn"},
           {"classes", {{"retain", {0, 1}}, {"forget", {2}}, {"new", none}}},
           {"hybrid", method("learned", json::array({"forget"}), json::array({forget}), "reference/unlearn/hybrid")},
           {"rewrite", method("unlearned", none, json::array({backbone}), "reference/unlearn/rewrite")}}};
}

}  // namespace

namespace {

/// The outputs of each sample as one row.
MatrixXf outputs_by_row(const MatrixXf& outputs) {
  MatrixXf row(1, outputs.size());
  for (Eigen::Index i = 0; i < outputs.rows(); ++i) row.middleCols(i * outputs.cols(), outputs.cols()) = outputs.row(i);
  return row;
}

/// Puts the network and the adapters into the words of version 2.
void make_version_2(json& trace) {
  trace["version"] = 2;
  trace["network"]["input"]["type"] = "u8";
  for (json& operation : trace["network"]["operations"]) {
    operation["outputs"] = json::array({operation["output"]});
    operation.erase("output");
    if (operation["operation"] == "transpose") {
      operation["operation"] = "permute";
      operation["order"] = {1, 0};
    } else if (operation["operation"] == "mean") {
      operation["axes"] = {0};
      operation["keep"] = true;
    } else if (operation["operation"] == "gelu") {
      operation["approximate"] = "none";
    }
  }
  for (json& one : trace["adapters"]) {
    json layers = json::object();
    for (const json& layer : one["layers"])
      layers[layer.get<std::string>()] = {{"rank", rank}, {"scale", alpha / rank}};
    one = {{"layers", layers}};
  }
}

void make_regress(TraceFiles& trace) {
  const std::vector<std::uint8_t> inputs = pixels(samples);
  const Parameters learned = parameters(0.0F);
  MatrixXf targets(samples, classes);
  for (int i = 0; i < samples; ++i) targets.row(i) = scores(sample(inputs, i), learned, nullptr);
  targets.col(0).array() -= 0.25F;
  targets.col(1).array() += 0.5F;
  trace.tensors["test/targets"] = raw_matrix(targets);
  trace.json["test"]["targets"] = "test/targets";
}

void make_score(TraceFiles& trace) {
  const std::vector<std::uint8_t> inputs = pixels(samples);
  const Parameters learned = parameters(0.0F);
  const Parameters unlearned = parameters(0.3F);
  const Adapter low_rank = adapter();
  const auto reference = [&](const std::string& name, const std::vector<int>& numbers, const Parameters& p,
                             const Adapter* adapters) {
    MatrixXf outputs(static_cast<Eigen::Index>(numbers.size()), rows * classes);
    for (std::size_t i = 0; i < numbers.size(); ++i)
      outputs.row(static_cast<Eigen::Index>(i)) =
          outputs_by_row(scores(sample(inputs, numbers[i]), p, adapters, false));
    trace.tensors[name] = raw_matrix(outputs);
    trace.tensors[name].shape = {numbers.size(), rows, classes};
  };
  const std::vector<int> few{1, 2, 4};
  reference("reference/learn", {0, 1, 2, 3, 4, 5}, learned, nullptr);
  reference("reference/unlearn/hybrid", few, learned, &low_rank);
  reference("reference/unlearn/rewrite", few, unlearned, nullptr);
  trace.tensors["test/few"] = raw_integers({1, 2, 4});
  trace.json["phases"][1]["samples"] = "test/few";
  json& operations = trace.json["network"]["operations"];
  operations.erase(operations.size() - 2);
  operations.back()["inputs"] = {"activated"};
}

}  // namespace

TraceFiles small_trace(TaskKind task) {
  TraceFiles trace = small_trace();
  make_version_2(trace.json);
  trace.json["task"]["kind"] = "classify";
  if (task == TaskKind::classify) return trace;
  trace.json["task"]["kind"] = task == TaskKind::regress ? "regress" : "score";
  trace.json["test"].erase("labels");
  trace.tensors.erase("test/labels");
  for (json& phase : trace.json["phases"]) phase.erase("classes");
  if (task == TaskKind::regress) make_regress(trace);
  if (task == TaskKind::score) make_score(trace);
  return trace;
}

Trace read_small_trace(TaskKind task) {
  const TemporaryDirectory directory;
  small_trace(task).write(directory.path().string());
  return read_trace(directory.path().string());
}

void TraceFiles::write(const std::string& directory) const {
  const std::filesystem::path place(directory);
  std::ofstream(place / "trace.json") << json.dump(1) << '\n';
  std::ofstream(place / "tensors.safetensors", std::ios::binary) << safetensors_bytes(tensors);
}

TraceFiles small_trace() {
  const Parameters learned = parameters(0.0F);
  const Parameters unlearned = parameters(0.3F);
  const Adapter low_rank = adapter();
  TraceFiles trace;
  add_weights(trace.tensors, "learned", learned);
  add_weights(trace.tensors, "unlearned", unlearned);
  trace.tensors["adapters/forget/channel/lora_A"] = raw_matrix(low_rank.channel_a);
  trace.tensors["adapters/forget/channel/lora_B"] = raw_matrix(low_rank.channel_b);
  trace.tensors["adapters/forget/head/lora_A"] = raw_matrix(low_rank.head_a);
  trace.tensors["adapters/forget/head/lora_B"] = raw_matrix(low_rank.head_b);

  const std::vector<std::uint8_t> inputs = pixels(samples);
  MatrixXf learn(samples, classes);
  MatrixXf hybrid(samples, classes);
  MatrixXf rewrite(samples, classes);
  for (int i = 0; i < samples; ++i) {
    learn.row(i) = scores(sample(inputs, i), learned, nullptr);
    hybrid.row(i) = scores(sample(inputs, i), learned, &low_rank);
    rewrite.row(i) = scores(sample(inputs, i), unlearned, nullptr);
  }
  trace.tensors["reference/learn"] = raw_matrix(learn);
  trace.tensors["reference/unlearn/hybrid"] = raw_matrix(hybrid);
  trace.tensors["reference/unlearn/rewrite"] = raw_matrix(rewrite);
  trace.tensors["calibration/inputs"] = raw_bytes({4, rows, columns}, pixels(4));
  trace.tensors["test/inputs"] = raw_bytes({samples, rows, columns}, inputs);
  trace.tensors["test/labels"] = raw_integers({0, 1, 2, 0, 1, 2});

  const json provenance = {{"exporter", "tests/support/small_trace.cpp"},
                           {"framework", "none"},
                           {"seed", 0},
                           {"data", "made up"},
                           {"credit", "none"},
                           {"data_sha256", "none"}};
  trace.json = {{"schema", "palimpsest.trace"},
                {"version", 1},
                {"name", "small"},
                {"description", "Every operation once, for tests."},
                {"provenance", provenance},
                {"network", network()},
                {"weights", {"learned", "unlearned"}},
                {"adapters", {{"forget", {{"rank", rank}, {"alpha", alpha}, {"layers", {"channel", "head"}}}}}},
                {"calibration", {{"inputs", "calibration/inputs"}}},
                {"test", {{"inputs", "test/inputs"}, {"labels", "test/labels"}}},
                {"phases", phases()}};
  return trace;
}

void write_small_trace(const std::string& directory) { small_trace().write(directory); }

Trace read_small_trace() {
  const TemporaryDirectory directory;
  write_small_trace(directory.path().string());
  return read_trace(directory.path().string());
}

}  // namespace palimpsest::test
