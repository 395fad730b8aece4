#include "sim/cli/nonidealities_command.hpp"

#include "sim/cli/options.hpp"
#include "sim/cli/reporting_command.hpp"
#include "sim/config/duration.hpp"
#include "sim/report/nonideality_report.hpp"
#include "sim/run/nonideality_study.hpp"

namespace palimpsest {

namespace {

constexpr std::uint64_t most_chips = 10'000;

}  // namespace

void nonidealities_command(const std::vector<std::string>& arguments) {
  ReportingCommand command({"nonidealities", "accuracies with no non-ideality of a chip, with each alone, and with all",
                            nonideality_schema, true, true, "nonidealities.json", "also draw the accuracies, as SVG",
                            "seed of the first chip; the others follow"});
  std::string chips;
  std::string age;
  command.option("chips", chips, "10", "N", "chips, each with other cells and noise");
  command.option("age", age, "0s", "TIME",
                 "time between a phase's deployment and its evaluation: a number and s, min, h, d or y");
  if (!command.parse(arguments)) return;
  NonidealitySettings settings;
  settings.seed = command.seed();
  settings.chips = static_cast<std::uint32_t>(whole_number("--chips", chips, 2, most_chips));
  settings.age_seconds = parse_duration("--age", age);
  const unsigned threads = command.threads();
  command.read_inputs();
  const NonidealityStudy study = command.compute([&](const ReportingCommand::ShowProgress& progress) {
    return nonideality_study(command.architecture(), command.trace(), settings, threads, progress);
  });
  command.write(study, nonideality_json, nonideality_figure, nonideality_text);
}

}  // namespace palimpsest
