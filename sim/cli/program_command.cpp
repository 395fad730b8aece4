#include "sim/cli/program_command.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <iostream>

#include "sim/cli/options.hpp"
#include "sim/cli/outputs.hpp"
#include "sim/cli/progress.hpp"
#include "sim/config/one_line.hpp"
#include "sim/report/programming_json.hpp"
#include "sim/report/programming_svg.hpp"
#include "sim/report/programming_text.hpp"
#include "sim/run/programming_study.hpp"

namespace palimpsest {

namespace po = boost::program_options;

namespace {

/// The numbers of `0.5,1,2`, rising, each once.
std::vector<double> tolerance_list(const std::string& text) {
  std::vector<double> tolerances;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    tolerances.push_back(real_number("--tolerances", text.substr(begin, end - begin), 0.001, 1e4));
    begin = end + 1;
  }
  std::sort(tolerances.begin(), tolerances.end());
  tolerances.erase(std::unique(tolerances.begin(), tolerances.end()), tolerances.end());
  return tolerances;
}

}  // namespace

void program_command(const std::vector<std::string>& arguments) {
  std::string architecture_file;
  std::vector<std::string> settings;
  std::string json_file;
  std::string svg_file;
  std::string seed;
  std::string cells;
  std::string tolerances;
  std::string threads = default_threads();
  bool quiet = false;

  po::options_description description("palimpsest program: studies how the cells of a chip are written");
  // clang-format off
  description.add_options()
      ("arch", po::value(&architecture_file)->required()->value_name("FILE"), "the chip, a JSON file (arch/README.md)")
      ("set", po::value(&settings)->composing()->value_name("/POINTER=VALUE"),
       "override a field of the architecture, as in /programmer/tolerance_microsiemens=1; may be repeated")
      ("seed", po::value(&seed)->default_value("1")->value_name("N"), "seed of every random draw")
      ("cells", po::value(&cells)->default_value("2000")->value_name("N"), "fresh cells written to each tolerance")
      ("tolerances", po::value(&tolerances)->default_value("0.5,0.7,1,1.4,2,2.8,4,5.6,8")->value_name("uS,uS,..."),
       "tolerated errors to write them to")
      ("threads", po::value(&threads)->value_name("N"),
       "threads, all processors if not given; any number gives the same report")
      ("json", po::value(&json_file)->default_value("program.json")->value_name("FILE"), "where the report goes")
      ("svg", po::value(&svg_file)->value_name("FILE"), "also draw the report, as SVG")
      ("quiet", po::bool_switch(&quiet), "no progress, no table")
      ("help", "this text");
  // clang-format on
  if (!parse_options("program", description, arguments)) return;
  check_report_name(json_file);
  ProgrammingOptions options;
  options.seed = seed_number(seed);
  options.threads = thread_number(threads);
  options.cells = static_cast<std::uint32_t>(whole_number("--cells", cells, 1, most_study_cells));
  options.tolerances = tolerance_list(tolerances);
  const Architecture architecture = read_overridden(architecture_file, settings);
  OutputFiles outputs = open_outputs({{"--json", json_file}, {"--svg", svg_file}}, {architecture.files});

  ProgrammingReport report;
  {
    Progress progress(quiet);
    options.progress = [&progress](const std::string& part, double share) { progress.show(part, share); };
    report = study_programming(architecture, options);
  }
  std::vector<std::string> texts{programming_json(report)};
  if (!svg_file.empty()) texts.push_back(programming_svg(report));
  outputs.write(texts);
  if (!quiet)
    std::cout << programming_text(report) << "\nThe report is in " << one_line(json_file) << ".\n" << std::flush;
}

}  // namespace palimpsest
