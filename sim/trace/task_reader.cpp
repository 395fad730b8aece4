#include "sim/trace/task_reader.hpp"

#include <optional>

namespace palimpsest {
namespace {

TensorShape tensor_of_outputs(std::size_t samples, const Shape& output) {
  if (output.rows() == 1) return {samples, output.columns()};
  TensorShape shape = {samples};
  shape.insert(shape.end(), output.extents().begin(), output.extents().end());
  return shape;
}

}  // namespace

TaskKind read_task(JsonReader reader) {
  const auto kind = reader.choice<std::optional<TaskKind>>("kind", {{"classify", TaskKind::classify},
                                                                    {"regress", TaskKind::regress},
                                                                    {"score", TaskKind::score},
                                                                    {"generate", std::nullopt}});
  if (!kind)
    reader.fail("kind", "generate is a task of a newer version of Palimpsest; expected classify, regress or score");
  reader.finish();
  return *kind;
}

void check_output(const JsonReader& reader, const Trace& trace) {
  const Shape& shape = trace.network.output();
  if (trace.task == TaskKind::classify && shape.rows() != 1)
    reader.fail("output", "expected class scores [1, classes], got " + shown(shape));
}

std::uint32_t outputs_of_sample(const Trace& trace) {
  return static_cast<std::uint32_t>(trace.network.output().elements());
}

Eigen::MatrixXf read_outputs(const std::string& tensor, std::size_t samples, const Trace& trace, Safetensors& tensors) {
  const Shape& output = trace.network.output();
  return tensors.floats(tensor, tensor_of_outputs(samples, output), samples, output.elements());
}

void read_answers(JsonReader& test, Trace& trace, Safetensors& tensors) {
  if (trace.task == TaskKind::regress)
    trace.targets = read_outputs(test.text("targets"), trace.test.samples, trace, tensors);
  if (trace.task != TaskKind::classify) return;
  const std::string labels = test.text("labels");
  trace.labels = tensors.integers(labels, {trace.test.samples});
  const std::uint32_t classes = outputs_of_sample(trace);
  for (const std::int64_t label : trace.labels)
    if (label < 0 || label >= classes)
      tensors.fail(labels, "expected classes 0.." + std::to_string(classes - 1) + ", got " + std::to_string(label));
}

}  // namespace palimpsest
