#pragma once

#include <string>
#include <vector>

#include "sim/report/tensor_file.hpp"
#include "sim/run/provenance.hpp"
#include "sim/run/run_record.hpp"

namespace palimpsest {

enum class RunTensorKind { outputs, embeddings };

/// The file of what a run's evaluations give for every sample (docs/report.md, "Every output").
class RunTensors {
 public:
  /// Trace outlives the object.
  RunTensors(RunTensorKind kind, const Trace& trace, const RunSelection& selection, const Provenance& provenance);

  std::uint64_t bytes() const { return file_.bytes(); }
  /// Writes what is known before the run.
  void begin(TensorFile::WriteAt write);
  /// What a run gives its rows to.
  TakeRows take_rows();
  /// Throws std::logic_error if the run left anything out.
  void check_whole() const { file_.check_whole(); }

 private:
  RunTensorKind kind_;
  const Trace& trace_;
  std::vector<RecordedEvaluation> evaluations_;
  TensorFile file_;
};

}  // namespace palimpsest
