#include "tests/support/spiking_trace.hpp"

#include <array>

#include "tests/support/operation_description.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palimpsest::test {
namespace {

using Eigen::MatrixXf;
using Eigen::VectorXf;
using nlohmann::json;

constexpr float leak = 0.5F;
constexpr float threshold = 0.6F;
constexpr float adapter_scale = 2.0F;

MatrixXf in_weight() { return MatrixXf{{1, 0, -1, 0.5}, {0, 1, 0.5, -1}, {0.5, 0.5, 0, 1}}; }
MatrixXf back_weight() { return MatrixXf{{0, 1, -0.5}, {-0.5, 0, 1}, {1, -1, 0}}; }
MatrixXf head_weight() { return MatrixXf{{1, -0.5, 0.25}, {-0.75, 1, 0.5}}; }
MatrixXf tune_a() { return MatrixXf{{0.5, 0, -0.5}}; }
MatrixXf tune_b() { return MatrixXf{{0.5}, {0}, {0.5}}; }

std::vector<std::uint8_t> inputs() {
  return {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,  //
          1, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1,  //
          0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0,  //
          0, 1, 1, 0, 1, 1, 1, 1, 0, 0, 1, 0};
}

/// The neurons' spikes of sample `number`, step after step: [neurons, steps].
MatrixXf spikes_of(std::uint32_t number, const MatrixXf& back) {
  const std::vector<std::uint8_t> all = inputs();
  const MatrixXf in = in_weight();
  VectorXf membrane = VectorXf::Zero(spiking_neurons);
  VectorXf spikes = VectorXf::Zero(spiking_neurons);
  MatrixXf given(spiking_neurons, spiking_steps);
  for (std::uint32_t step = 0; step < spiking_steps; ++step) {
    VectorXf current = back * spikes;
    for (std::uint32_t channel = 0; channel < spiking_channels; ++channel) {
      if (all[(number * spiking_steps + step) * spiking_channels + channel] == 1) current += in.col(channel);
    }
    for (std::uint32_t neuron = 0; neuron < spiking_neurons; ++neuron) {
      const float potential = leak * membrane(neuron) + current(neuron);
      spikes(neuron) = potential > threshold ? 1.0F : 0.0F;
      membrane(neuron) = potential > threshold ? 0.0F : potential;
    }
    given.col(step) = spikes;
  }
  return given;
}

MatrixXf outputs(const MatrixXf& back) {
  MatrixXf all(spiking_samples, 2);
  for (std::uint32_t sample = 0; sample < spiking_samples; ++sample)
    all.row(sample) = (head_weight() * spikes_of(sample, back).rowwise().mean()).transpose();
  return all;
}

json network() {
  json loop = operation("loop", "loop", {"x"});
  loop["outputs"] = {"all"};
  loop["iterations"] = spiking_steps;
  loop["carried"] = {{{"value", "heard"}, {"initial", nullptr}, {"shape", {spiking_neurons}}, {"next", "spikes"}},
                     {{"value", "membrane"}, {"initial", nullptr}, {"shape", {spiking_neurons}}, {"next", "after"}}};
  loop["indexed"] = json::array({{{"value", "x_t"}, {"from", "x"}}});
  loop["constants"] = json::array();
  loop["results"] = json::array({{{"value", "all"}, {"from", "spikes"}, {"take", "all"}}});
  json neurons = operation("neurons", "lif", {"current", "membrane"},
                           {{"leak", leak}, {"threshold", threshold}, {"reset", "zero"}});
  neurons["outputs"] = {"spikes", "after"};
  loop["body"]["operations"] = {linear("in", "x_t", "in"), linear("back", "heard", "back"),
                                operation("current", "add", {"in", "back"}), neurons};
  return {
      {"input",
       {{"name", "x"}, {"shape", {spiking_steps, spiking_channels}}, {"type", "spikes"}, {"scale", 1}, {"offset", 0}}},
      {"operations",
       {loop, operation("mean", "mean", {"all"}, {{"axes", {0}}, {"keep", false}}), linear("head", "mean", "head")}},
      {"output", "head"}};
}

json phases() {
  const json none = json::array();
  const json classes = {{"retain", {0, 1}}, {"forget", none}, {"new", none}};
  const json backbone = {{"trains", "backbone"}, {"optimizer", "adam"}, {"steps", 4}, {"batch_size", 2}};
  const json tune = {{"trains", "adapter"}, {"adapter", "tune"}, {"optimizer", "sgd"},
                     {"momentum", 0.0},     {"steps", 5},        {"batch_size", 2}};
  const auto method = [](const json& adapters, const json& training, const char* reference) {
    return json{{"weights", "learned"}, {"adapters", adapters}, {"training", training}, {"reference", reference}};
  };
  const json learned = method(none, json::array({backbone}), "reference/learn");
  return {{{"name", "learn"}, {"classes", classes}, {"hybrid", learned}, {"rewrite", learned}},
          {{"name", "tune"},
           {"classes", classes},
           {"hybrid", method(json::array({"tune"}), json::array({tune}), "reference/tune")},
           {"rewrite", method(none, none, "reference/learn")}}};
}

std::vector<std::uint32_t> counted(const MatrixXf& spikes) {
  std::vector<std::uint32_t> counts;
  for (Eigen::Index step = 0; step < spikes.cols(); ++step)
    counts.push_back(static_cast<std::uint32_t>(spikes.col(step).sum()));
  return counts;
}

}  // namespace

TraceFiles spiking_trace() {
  const std::vector<std::uint64_t> shape{spiking_samples, spiking_steps, spiking_channels};
  TraceFiles trace = small_trace(TaskKind::classify);
  trace.tensors = {{"weights/learned/in", raw_matrix(in_weight())},
                   {"weights/learned/back", raw_matrix(back_weight())},
                   {"weights/learned/head", raw_matrix(head_weight())},
                   {"adapters/tune/back/lora_A", raw_matrix(tune_a())},
                   {"adapters/tune/back/lora_B", raw_matrix(tune_b())},
                   {"reference/learn", raw_matrix(outputs(back_weight()))},
                   {"reference/tune", raw_matrix(outputs(back_weight() + adapter_scale * tune_b() * tune_a()))},
                   {"calibration/inputs", raw_bytes(shape, inputs())},
                   {"test/inputs", raw_bytes(shape, inputs())},
                   {"test/labels", raw_integers({0, 1, 0, 1})}};
  trace.json["name"] = "spiking";
  trace.json["network"] = network();
  trace.json["weights"] = json::array({"learned"});
  trace.json["adapters"] = {{"tune", {{"layers", {{"back", {{"rank", 1}, {"scale", adapter_scale}}}}}}}};
  trace.json["phases"] = phases();
  return trace;
}

Trace read_spiking_trace() {
  const TemporaryDirectory directory;
  spiking_trace().write(directory.path().string());
  return read_trace(directory.path().string());
}

std::vector<std::uint32_t> spikes_of_inputs() {
  std::vector<std::uint32_t> counts(std::size_t{spiking_samples} * spiking_steps, 0);
  const std::vector<std::uint8_t> all = inputs();
  for (std::size_t element = 0; element < all.size(); ++element) counts[element / spiking_channels] += all[element];
  return counts;
}

std::vector<std::uint32_t> spikes_of_neurons() {
  std::vector<std::uint32_t> counts;
  for (std::uint32_t sample = 0; sample < spiking_samples; ++sample) {
    const std::vector<std::uint32_t> of_sample = counted(spikes_of(sample, back_weight()));
    counts.insert(counts.end(), of_sample.begin(), of_sample.end());
  }
  return counts;
}

}  // namespace palimpsest::test
