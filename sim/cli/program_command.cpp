#include "sim/cli/program_command.hpp"

#include <algorithm>

#include "sim/cli/options.hpp"
#include "sim/cli/reporting_command.hpp"
#include "sim/report/programming_json.hpp"
#include "sim/report/programming_svg.hpp"
#include "sim/report/programming_text.hpp"
#include "sim/run/programming_study.hpp"

namespace palimpsest {

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
  ReportingCommand command({"program", "studies how the cells of a chip are written", programming_schema, true, false,
                            "program.json", "also draw the report, as SVG", "seed of every random draw"});
  std::string cells;
  std::string tolerances;
  command.option("cells", cells, "2000", "N", "fresh cells written to each tolerance");
  command.option("tolerances", tolerances, "0.5,0.7,1,1.4,2,2.8,4,5.6,8", "uS,uS,...",
                 "tolerated errors to write them to");
  if (!command.parse(arguments)) return;
  ProgrammingOptions options;
  options.seed = command.seed();
  options.threads = command.threads();
  options.cells = static_cast<std::uint32_t>(whole_number("--cells", cells, 1, most_study_cells));
  options.tolerances = tolerance_list(tolerances);
  command.read_inputs();
  const ProgrammingReport report = command.compute([&](const ReportingCommand::ShowProgress& progress) {
    options.progress = progress;
    return study_programming(command.architecture(), options);
  });
  command.write(report, programming_json, programming_svg, programming_text);
}

}  // namespace palimpsest
