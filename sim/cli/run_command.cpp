#include "sim/cli/run_command.hpp"

#include <boost/program_options.hpp>
#include <iostream>

#include "sim/cli/options.hpp"
#include "sim/cli/outputs.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/selection_options.hpp"
#include "sim/config/duration.hpp"
#include "sim/config/one_line.hpp"
#include "sim/report/json_report.hpp"
#include "sim/report/svg_report.hpp"
#include "sim/report/text_report.hpp"
#include "sim/run/run.hpp"

namespace palimpsest {

namespace po = boost::program_options;

void run_command(const std::vector<std::string>& arguments) {
  std::string architecture_file;
  std::string trace_directory;
  std::vector<std::string> settings;
  std::string json_file;
  std::string svg_file;
  std::string seed;
  std::string age;
  std::string phases;
  std::string stages;
  std::string baselines;
  std::string threads = default_threads();
  bool quiet = false;

  po::options_description description("palimpsest run: simulates all phases of a trace on a chip");
  // clang-format off
  description.add_options()
      ("arch", po::value(&architecture_file)->required()->value_name("FILE"), "the chip, a JSON file (arch/README.md)")
      ("trace", po::value(&trace_directory)->required()->value_name("DIRECTORY"), "the workload (docs/trace-format.md)")
      ("set", po::value(&settings)->composing()->value_name("/POINTER=VALUE"),
       "override a field of the architecture, as in /tile/adc/bits=6; may be repeated")
      ("seed", po::value(&seed)->default_value("1")->value_name("N"), "seed of every random draw")
      ("age", po::value(&age)->default_value("0s")->value_name("TIME"),
       "evaluate every phase this long after its deployment, as in 30d (units s, min, h, d, y)")
      ("phases", po::value(&phases)->value_name("NAME,..."),
       "only these phases of the trace; those before them leave their arrays and wear, and are not played")
      ("stages", po::value(&stages)->default_value(all_stages)->value_name("NAME,..."), "only these stages of a phase")
      ("baselines", po::value(&baselines)->default_value(all_baselines)->value_name("NAME,..."),
       "what the hybrid is compared with; none: nothing")
      ("threads", po::value(&threads)->value_name("N"),
       "threads for the functional core, all processors if not given; any number gives the same report")
      ("json", po::value(&json_file)->default_value("report.json")->value_name("FILE"), "where the report goes")
      ("svg", po::value(&svg_file)->value_name("FILE"), "also draw the report, as SVG")
      ("quiet", po::bool_switch(&quiet), "no progress, no table")
      ("help", "this text");
  // clang-format on
  if (!parse_options("run", description, arguments)) return;
  check_report_name(json_file);
  RunOptions options;
  options.seed = seed_number(seed);
  options.threads = thread_number(threads);
  options.age_seconds = parse_duration("--age", age);
  options.selection = parse_selection(phases, stages, baselines);
  const Architecture architecture = read_overridden(architecture_file, settings);
  const Trace trace = read_trace(trace_directory);
  check_phases(options.selection, trace);
  OutputFiles outputs = open_outputs({{"--json", json_file}, {"--svg", svg_file}}, {architecture.files, trace.files});

  RunReport report;
  {
    Progress progress(quiet);
    options.progress = [&progress](const std::string& part, double share) { progress.show(part, share); };
    report = with_file_names(architecture_file, trace.directory, [&] { return run(architecture, trace, options); });
  }
  std::vector<std::string> texts{json_report(report)};
  if (!svg_file.empty()) texts.push_back(svg_report(report));
  outputs.write(texts);
  if (!quiet) std::cout << text_report(report) << "\nThe report is in " << one_line(json_file) << ".\n" << std::flush;
}

}  // namespace palimpsest
