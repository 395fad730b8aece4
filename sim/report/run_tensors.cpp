#include "sim/report/run_tensors.hpp"

#include <utility>

#include "sim/network/embeddings.hpp"
#include "sim/report/provenance_parts.hpp"

namespace palimpsest {

namespace {

std::string tensor_name(const Trace& trace, const std::string& evaluation, std::size_t phase, const char* what) {
  return evaluation + "/" + trace.phases[phase].name + "/" + what;
}

const char* rows_name(RunTensorKind kind) { return kind == RunTensorKind::outputs ? "outputs" : "embeddings"; }

/// [samples, shape of a sample's value]; a value of one row goes without it, as in traces.
TensorShape shape_of(std::size_t samples, const Shape& shape) {
  if (shape.rows() == 1) return {samples, shape.columns()};
  TensorShape tensor{samples};
  tensor.insert(tensor.end(), shape.extents().begin(), shape.extents().end());
  return tensor;
}

std::vector<OutputTensor> tensors_of(RunTensorKind kind, const Trace& trace,
                                     const std::vector<RecordedEvaluation>& evaluations) {
  const Shape& output = trace.network.output();
  const Shape& shape = kind == RunTensorKind::outputs ? output : embedding_shape(trace.network);
  std::vector<OutputTensor> integers;
  std::vector<OutputTensor> rows;
  for (const RecordedEvaluation& evaluation : evaluations) {
    const auto name = [&](const char* what) { return tensor_name(trace, evaluation.name, evaluation.phase, what); };
    const std::size_t samples = evaluation.samples.size();
    integers.push_back({name("samples"), TensorType::i64, {samples}});
    if (trace.task == TaskKind::classify) integers.push_back({name("labels"), TensorType::i64, {samples}});
    if (trace.task == TaskKind::regress) rows.push_back({name("targets"), TensorType::f32, shape_of(samples, output)});
    rows.push_back({name(rows_name(kind)), TensorType::f32, shape_of(samples, shape)});
  }
  // Those of eight bytes first: every tensor is aligned.
  integers.insert(integers.end(), rows.begin(), rows.end());
  return integers;
}

std::map<std::string, std::string> metadata_of(RunTensorKind kind, const Provenance& provenance) {
  return {{"schema", std::string("palimpsest.") + rows_name(kind)},
          {"version", "1"},
          {"provenance", provenance_text(provenance)}};
}

}  // namespace

RunTensors::RunTensors(RunTensorKind kind, const Trace& trace, const RunSelection& selection,
                       const Provenance& provenance)
    : kind_(kind),
      trace_(trace),
      evaluations_(recorded_evaluations(trace, selection)),
      file_(tensors_of(kind, trace, evaluations_), metadata_of(kind, provenance)) {}

void RunTensors::begin(TensorFile::WriteAt write) {
  file_.begin(std::move(write));
  for (const RecordedEvaluation& evaluation : evaluations_) {
    const auto name = [&](const char* what) { return tensor_name(trace_, evaluation.name, evaluation.phase, what); };
    std::vector<std::int64_t> labels;
    for (std::size_t place = 0; place < evaluation.samples.size(); ++place) {
      const std::uint32_t sample = evaluation.samples[place];
      if (trace_.task == TaskKind::classify) labels.push_back(trace_.labels[sample]);
      if (trace_.task == TaskKind::regress) file_.write_rows(name("targets"), place, trace_.targets.row(sample));
    }
    file_.write_integers(name("samples"), {evaluation.samples.begin(), evaluation.samples.end()});
    if (trace_.task == TaskKind::classify) file_.write_integers(name("labels"), labels);
  }
}

TakeRows RunTensors::take_rows() {
  return [this](const std::string& evaluation, std::size_t phase, std::size_t first, const Eigen::MatrixXf& rows) {
    file_.write_rows(tensor_name(trace_, evaluation, phase, rows_name(kind_)), first, rows);
  };
}

}  // namespace palimpsest
