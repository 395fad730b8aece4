#include "sim/cli/noise_command.hpp"

#include <boost/program_options.hpp>
#include <iostream>
#include <tuple>

#include "sim/cli/number_range.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/outputs.hpp"
#include "sim/cli/progress.hpp"
#include "sim/config/one_line.hpp"
#include "sim/error.hpp"
#include "sim/report/noise_figure.hpp"
#include "sim/report/noise_report.hpp"
#include "sim/report/number_format.hpp"
#include "sim/run/noise_study.hpp"

namespace palimpsest {

namespace po = boost::program_options;

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

NoiseStudy study_named(const Trace& trace, const NoiseSettings& settings, unsigned threads, bool quiet) {
  Progress progress(quiet);
  try {
    return noise_study(trace, settings, threads,
                       [&progress](const std::string& part, double share) { progress.show(part, share); });
  } catch (const UserError& error) {
    throw UserError(error.code(), one_line(trace.directory + "/trace.json: " + error.what()));
  }
}

}  // namespace

void noise_command(const std::vector<std::string>& arguments) {
  std::string trace_directory;
  std::string sigma;
  std::string draws;
  std::string window;
  std::string zero;
  std::string seed;
  std::string threads = default_threads();
  std::string json_file;
  std::string svg_file;
  bool quiet = false;

  po::options_description description("palimpsest noise: accuracies in floating point under conductance errors");
  // clang-format off
  description.add_options()
      ("trace", po::value(&trace_directory)->required()->value_name("DIRECTORY"), "the workload (docs/trace-format.md)")
      ("sigma", po::value(&sigma)->default_value("1:10")->value_name("LOW:HIGH[:STEP]"),
       "standard deviations of a device's error, microsiemens; or a list with commas")
      ("draws", po::value(&draws)->default_value("100")->value_name("N"), "programmings at each sigma")
      ("window", po::value(&window)->default_value("20:80")->value_name("LOW:HIGH"),
       "conductances that a device can have, microsiemens")
      ("zero", po::value(&zero)->default_value("50")->value_name("G"), "conductance of a weight of zero, microsiemens")
      ("seed", po::value(&seed)->default_value("1")->value_name("N"), "seed of every random draw")
      ("threads", po::value(&threads)->value_name("N"),
       "threads, all processors if not given; any number gives the same report")
      ("json", po::value(&json_file)->default_value("noise.json")->value_name("FILE"), "where the report goes")
      ("svg", po::value(&svg_file)->value_name("FILE"), "also draw accuracy against sigma, as SVG")
      ("quiet", po::bool_switch(&quiet), "no progress, no table")
      ("help", "this text");
  // clang-format on
  if (!parse_options("noise", description, arguments)) return;
  check_report_name(json_file);
  NoiseSettings settings;
  settings.sigmas_microsiemens = rising_numbers("--sigma", sigma, 0.0, most_microsiemens);
  settings.draws = static_cast<std::uint32_t>(whole_number("--draws", draws, 2, most_draws));
  std::tie(settings.window_low_microsiemens, settings.window_high_microsiemens) =
      number_range("--window", window, 0.0, most_microsiemens);
  settings.zero_weight_microsiemens =
      zero_inside(zero, settings.window_low_microsiemens, settings.window_high_microsiemens);
  settings.seed = seed_number(seed);
  const unsigned thread_count = thread_number(threads);

  const Trace trace = read_trace(trace_directory);
  OutputFiles outputs = open_outputs({{"--json", json_file}, {"--svg", svg_file}}, {trace.files});
  const NoiseStudy study = study_named(trace, settings, thread_count, quiet);
  std::vector<std::string> texts{noise_json(study)};
  if (!svg_file.empty()) texts.push_back(noise_figure(study));
  outputs.write(texts);
  if (!quiet) std::cout << noise_text(study) << "\nThe report is in " << one_line(json_file) << ".\n" << std::flush;
}

}  // namespace palimpsest
