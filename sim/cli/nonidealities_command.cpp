#include "sim/cli/nonidealities_command.hpp"

#include <boost/program_options.hpp>
#include <iostream>

#include "sim/cli/options.hpp"
#include "sim/cli/outputs.hpp"
#include "sim/cli/progress.hpp"
#include "sim/config/duration.hpp"
#include "sim/config/one_line.hpp"
#include "sim/report/nonideality_report.hpp"
#include "sim/run/nonideality_study.hpp"

namespace palimpsest {

namespace po = boost::program_options;

namespace {

constexpr std::uint64_t most_chips = 10'000;

}  // namespace

void nonidealities_command(const std::vector<std::string>& arguments) {
  std::string architecture_file;
  std::string trace_directory;
  std::vector<std::string> settings_of_chip;
  std::string chips;
  std::string age;
  std::string seed;
  std::string threads = default_threads();
  std::string json_file;
  std::string svg_file;
  bool quiet = false;

  po::options_description description(
      "palimpsest nonidealities: accuracies with no non-ideality of a chip, with each alone, and with all");
  // clang-format off
  description.add_options()
      ("arch", po::value(&architecture_file)->required()->value_name("FILE"), "the chip, a JSON file (arch/README.md)")
      ("trace", po::value(&trace_directory)->required()->value_name("DIRECTORY"), "the workload (docs/trace-format.md)")
      ("set", po::value(&settings_of_chip)->composing()->value_name("/POINTER=VALUE"),
       "override a field of the architecture, as in /tile/adc/bits=6; may be repeated")
      ("chips", po::value(&chips)->default_value("10")->value_name("N"), "chips, each with other cells and noise")
      ("age", po::value(&age)->default_value("0s")->value_name("TIME"),
       "time between a phase's deployment and its evaluation: a number and s, min, h, d or y")
      ("seed", po::value(&seed)->default_value("1")->value_name("N"), "seed of the first chip; the others follow")
      ("threads", po::value(&threads)->value_name("N"),
       "threads, all processors if not given; any number gives the same report")
      ("json", po::value(&json_file)->default_value("nonidealities.json")->value_name("FILE"), "where the report goes")
      ("svg", po::value(&svg_file)->value_name("FILE"), "also draw the accuracies, as SVG")
      ("quiet", po::bool_switch(&quiet), "no progress, no table")
      ("help", "this text");
  // clang-format on
  if (!parse_options("nonidealities", description, arguments)) return;
  check_report_name(json_file);
  NonidealitySettings settings;
  settings.seed = seed_number(seed);
  settings.chips = static_cast<std::uint32_t>(whole_number("--chips", chips, 2, most_chips));
  settings.age_seconds = parse_duration("--age", age);
  const unsigned thread_count = thread_number(threads);
  const Architecture architecture = read_overridden(architecture_file, settings_of_chip);
  const Trace trace = read_trace(trace_directory);
  OutputFiles outputs = open_outputs({{"--json", json_file}, {"--svg", svg_file}}, {architecture.files, trace.files});

  NonidealityStudy study;
  {
    Progress progress(quiet);
    study = with_file_names(architecture_file, trace.directory, [&] {
      return nonideality_study(architecture, trace, settings, thread_count,
                               [&progress](const std::string& part, double share) { progress.show(part, share); });
    });
  }
  std::vector<std::string> texts{nonideality_json(study)};
  if (!svg_file.empty()) texts.push_back(nonideality_figure(study));
  outputs.write(texts);
  if (!quiet)
    std::cout << nonideality_text(study) << "\nThe report is in " << one_line(json_file) << ".\n" << std::flush;
}

}  // namespace palimpsest
