#include "sim/trace/task_reader.hpp"

#include <optional>

namespace palimpsest {
namespace {

Shape output_shape(const Trace& trace) { return trace.network.shape(trace.network.output); }

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
  const Shape shape = output_shape(trace);
  if (trace.task == TaskKind::classify && shape.rows != 1)
    reader.fail("output", "expected class scores [1, classes], got " + shown_shape({shape.rows, shape.columns}));
}

std::uint32_t outputs_of_sample(const Trace& trace) { return output_shape(trace).rows * output_shape(trace).columns; }

Eigen::MatrixXf read_outputs(const std::string& tensor, std::size_t samples, const Trace& trace, Safetensors& tensors) {
  const Shape shape = output_shape(trace);
  if (shape.rows == 1) return tensors.by_sample(tensor, {samples, shape.columns});
  return tensors.by_sample(tensor, {samples, shape.rows, shape.columns});
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
