#include "sim/cli/noise_command.hpp"

#include <tuple>

#include "sim/cli/number_range.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/reporting_command.hpp"
#include "sim/error.hpp"
#include "sim/report/noise_figure.hpp"
#include "sim/report/noise_report.hpp"
#include "sim/report/number_format.hpp"
#include "sim/run/noise_study.hpp"

namespace palimpsest {

namespace {

constexpr double most_microsiemens = 1e5;
// Between the edges of the window and the zero weight: what is closer is a slip, and its noise overflows the network.
constexpr double least_microsiemens = 1e-3;
constexpr std::uint64_t most_draws = 100'000;

double zero_inside(const std::string& text, double low, double high) {
  const double zero = real_number("--zero", text, 0.0, most_microsiemens);
  if (zero >= low + least_microsiemens && zero <= high - least_microsiemens) return zero;
  throw UserError(ExitCode::usage_or_architecture, "--zero: expected a conductance inside --window " + shortest(low) +
                                                       ":" + shortest(high) + ", " + shortest(least_microsiemens) +
                                                       " uS or more from its edges, got " + shortest(zero));
}

}  // namespace

void noise_command(const std::vector<std::string>& arguments) {
  ReportingCommand command({"noise", "accuracies in floating point under conductance errors", noise_schema, false, true,
                            "noise.json", "also draw accuracy against sigma, as SVG", "seed of every random draw"});
  std::string sigma;
  std::string draws;
  std::string window;
  std::string zero;
  command.option("sigma", sigma, "1:10", "LOW:HIGH[:STEP]",
                 "standard deviations of a device's error, microsiemens; or a list with commas");
  command.option("draws", draws, "100", "N", "programmings at each sigma");
  command.option("window", window, "20:80", "LOW:HIGH", "conductances that a device can have, microsiemens");
  command.option("zero", zero, "50", "G", "conductance of a weight of zero, microsiemens");
  if (!command.parse(arguments)) return;
  NoiseSettings settings;
  settings.sigmas_microsiemens = rising_numbers("--sigma", sigma, 0.0, most_microsiemens);
  settings.draws = static_cast<std::uint32_t>(whole_number("--draws", draws, 2, most_draws));
  std::tie(settings.window_low_microsiemens, settings.window_high_microsiemens) =
      number_range("--window", window, 0.0, most_microsiemens);
  settings.zero_weight_microsiemens =
      zero_inside(zero, settings.window_low_microsiemens, settings.window_high_microsiemens);
  settings.seed = command.seed();
  const unsigned threads = command.threads();
  command.read_inputs();
  const NoiseStudy study = command.compute([&](const ReportingCommand::ShowProgress& progress) {
    return noise_study(command.trace(), settings, threads, progress);
  });
  command.write(study, noise_json, noise_figure, noise_text);
}

}  // namespace palimpsest
