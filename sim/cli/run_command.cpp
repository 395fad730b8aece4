#include "sim/cli/run_command.hpp"

#include <optional>

#include "sim/cli/reporting_command.hpp"
#include "sim/cli/selection_options.hpp"
#include "sim/config/duration.hpp"
#include "sim/error.hpp"
#include "sim/report/json_report.hpp"
#include "sim/report/run_figure.hpp"
#include "sim/report/run_tensors.hpp"
#include "sim/report/text_report.hpp"
#include "sim/run/run.hpp"

namespace palimpsest {

void run_command(const std::vector<std::string>& arguments) {
  ReportingCommand command({"run", "simulates all phases of a trace on a chip", run_schema, true, true, "report.json",
                            "also draw the report, as SVG", "seed of every random draw", true});
  std::string age;
  command.option("age", age, "0s", "TIME",
                 "evaluate every phase this long after its deployment, as in 30d (units s, min, h, d, y)");
  std::string phases;
  command.option("phases", phases, std::nullopt, "NAME,...",
                 "only these phases of the trace; those before them leave their arrays and wear, and are not played");
  std::string stages;
  command.option("stages", stages, all_stages, "NAME,...", "only these stages of a phase");
  std::string baselines;
  command.option("baselines", baselines, all_baselines, "NAME,...", "what the hybrid is compared with; none: nothing");
  std::string scores;
  command.file_option("scores", scores, "also write every output, as safetensors (docs/report.md)");
  std::string embeddings;
  command.file_option("embeddings", embeddings, "also write the last hidden layer of every sample, as safetensors");
  if (!command.parse(arguments)) return;
  RunOptions options;
  options.seed = command.seed();
  options.threads = command.threads();
  options.age_seconds = parse_duration("--age", age);
  options.selection = parse_selection(phases, stages, baselines);
  if (!options.selection.stages.inference && !(scores.empty() && embeddings.empty()))
    throw UserError(ExitCode::usage_or_architecture, (scores.empty() ? "--embeddings" : "--scores") +
                                                         (": expected inference among --stages, got " + stages));
  command.read_inputs();
  check_phases(options.selection, command.trace());
  options.adapters = command.adapters();
  std::optional<RunTensors> output_tensors;
  std::optional<RunTensors> embedding_tensors;
  const auto record = [&](const std::string& option, std::optional<RunTensors>& tensors, RunTensorKind kind) {
    tensors.emplace(kind, command.trace(), options.selection, command.provenance());
    tensors->begin(command.write_at(option, tensors->bytes()));
    return tensors->take_rows();
  };
  if (!scores.empty()) options.record.outputs = record("scores", output_tensors, RunTensorKind::outputs);
  if (!embeddings.empty())
    options.record.embeddings = record("embeddings", embedding_tensors, RunTensorKind::embeddings);
  const RunReport report = command.compute([&](const ReportingCommand::ShowProgress& progress) {
    options.progress = progress;
    return run(command.architecture(), command.trace(), options);
  });
  for (const auto* tensors : {&output_tensors, &embedding_tensors})
    if (*tensors) (*tensors)->check_whole();
  command.write<RunReport>(report, json_report, run_figure, text_report);
}

}  // namespace palimpsest
