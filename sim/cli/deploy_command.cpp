#include "sim/cli/deploy_command.hpp"

#include "sim/cli/reporting_command.hpp"
#include "sim/config/duration.hpp"
#include "sim/error.hpp"
#include "sim/report/deployed_weights_file.hpp"
#include "sim/report/deployment_report.hpp"
#include "sim/run/selection.hpp"

namespace palimpsest {

void deploy_command(const std::vector<std::string>& arguments) {
  ReportingCommand command({"deploy", "writes the weights of a phase as one chip's tiles compute with them",
                            deployment_schema, true, true, "deployment.json", "", "seed of every random draw"});
  DeploySettings settings;
  command.option("phase", settings.phase, std::nullopt, "NAME", "the phase whose weights are written");
  std::string age;
  command.option("age", age, "0s", "TIME",
                 "this long after the phase's deployment, as in 30d (units s, min, h, d, y); phases before it last as "
                 "long");
  std::string file;
  command.file_option("weights", file, "where the weights go, as safetensors (docs/restoring.md)");
  if (!command.parse(arguments)) return;
  settings.seed = command.seed();
  settings.age_seconds = parse_duration("--age", age);
  if (file.empty()) throw UserError(ExitCode::usage_or_architecture, "--weights: expected the name of a file");
  if (settings.phase.empty())
    throw UserError(ExitCode::usage_or_architecture, "--phase: expected a phase of the trace, got nothing");
  command.read_inputs();
  check_phases({{settings.phase}, {}, false, false}, command.trace(), "--phase: expected a phase");
  TensorFile tensors =
      deployed_weights_file(command.trace(), chip_identity(command.architecture(), command.trace(), settings.seed),
                            settings.phase, command.provenance());
  tensors.begin(command.write_at("weights", tensors.bytes()));
  const DeployedWeights weights = command.compute([&](const ReportingCommand::ShowProgress& progress) {
    return deploy_weights(command.architecture(), command.trace(), settings, progress);
  });
  write_values(tensors, weights);
  tensors.check_whole();
  command.write<DeployedWeights>(weights, deployment_json, nullptr, deployment_text);
}

}  // namespace palimpsest
