#include "sim/cli/draw_command.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <optional>
#include <set>
#include <utility>

#include "sim/cli/options.hpp"
#include "sim/cli/outputs.hpp"
#include "sim/cli/recorded_report.hpp"
#include "sim/config/json_document.hpp"
#include "sim/config/one_line.hpp"
#include "sim/error.hpp"
#include "sim/report/json_report.hpp"
#include "sim/report/run_figure.hpp"
#include "sim/report/run_summary.hpp"

namespace palimpsest {

namespace po = boost::program_options;

namespace {

constexpr ExitCode code = ExitCode::usage_or_architecture;

/// The provenance of a report without the seed.
nlohmann::json apart_from_seed(const JsonDocument& report) {
  nlohmann::json provenance = report.value().at("provenance");
  provenance.at("options").erase("seed");
  provenance.erase("not_default");
  return provenance;
}

}  // namespace

void draw_command(const std::vector<std::string>& arguments) {
  std::vector<std::string> files;
  std::string svg_file;
  po::options_description description("palimpsest draw: one picture of runs that differ in their seeds alone");
  // clang-format off
  description.add_options()
      ("report", po::value(&files)->required()->composing()->value_name("FILE"),
       "the report of a run; repeated for runs of other seeds, whose mean and extremes are drawn")
      ("svg", po::value(&svg_file)->required()->value_name("FILE"), "where the picture goes")
      ("help", "this text");
  // clang-format on
  std::optional<po::variables_map> values = given_options("draw", description, arguments);
  if (!values) return;
  check_file_names(*values, {"svg"});
  po::notify(*values);

  std::vector<RunSummary> runs;
  std::set<std::uint64_t> seeds;
  std::optional<Provenance> provenance;
  nlohmann::json first;
  for (const std::string& file : files) {
    Provenance own = read_provenance(file, run_schema, "run");
    const JsonDocument report = JsonDocument::read(file, code);
    runs.push_back(run_summary(report));
    if (!provenance) {
      provenance = std::move(own);
      first = apart_from_seed(report);
    }
    const nlohmann::json differences = nlohmann::json::diff(apart_from_seed(report), first);
    if (!differences.empty())
      report.fail("/provenance" + differences.front().at("path").get<std::string>(),
                  "expected what " + files.front() + " has, apart from the seed");
    if (runs.back().phases.size() != runs.front().phases.size())
      report.fail("/phases", "expected as many as " + files.front() + " has");
    if (!seeds.insert(runs.back().seed).second)
      report.fail("/seed", "expected reports of different seeds, got " + std::to_string(runs.back().seed) + " again");
  }
  if (runs.size() > 1) {
    const auto is_seed = [](const OptionText& option) { return option.name == "seed"; };
    std::vector<OptionText>& options = provenance->options;
    options.erase(std::remove_if(options.begin(), options.end(), is_seed), options.end());
    provenance->seeds.assign(seeds.begin(), seeds.end());
  }
  OutputFiles outputs = open_outputs({{"--svg", svg_file}}, {files});
  outputs.write({run_figure(runs, *provenance)});
}

}  // namespace palimpsest
