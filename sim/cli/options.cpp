#include "sim/cli/options.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <iostream>
#include <limits>
#include <optional>
#include <thread>

#include "sim/config/number_text.hpp"
#include "sim/config/one_line.hpp"
#include "sim/error.hpp"
#include "sim/report/number_format.hpp"

namespace palimpsest {

namespace po = boost::program_options;

std::optional<po::variables_map> given_options(const std::string& command, const po::options_description& description,
                                               const std::vector<std::string>& arguments) {
  po::options_description with_strays;
  with_strays.add(description).add_options()("stray", po::value<std::vector<std::string>>());
  po::positional_options_description positions;
  positions.add("stray", -1);
  po::variables_map values;
  po::store(po::command_line_parser(arguments).options(with_strays).positional(positions).run(), values);
  if (values.count("help") != 0) {
    std::cout << description;
    return std::nullopt;
  }
  if (values.count("stray") != 0) {
    throw UserError(ExitCode::usage_or_architecture, one_line(values["stray"].as<std::vector<std::string>>().front()) +
                                                         ": expected an option (palimpsest " + command + " --help)");
  }
  return values;
}

void check_file_names(const po::variables_map& values, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (values.count(name) != 0 && values[name].as<std::string>().empty())
      throw UserError(ExitCode::usage_or_architecture, "--" + name + ": expected the name of a file");
  }
}

void refuse_option(const std::string& option, const std::string& expected, const std::string& text) {
  throw UserError(ExitCode::usage_or_architecture, option + ": expected " + expected + ", got " + one_line(text));
}

std::uint64_t whole_number(const std::string& option, const std::string& text, std::uint64_t smallest,
                           std::uint64_t largest) {
  const std::optional<std::uint64_t> number = number_in<std::uint64_t>(text);
  if (number && *number >= smallest && *number <= largest) return *number;
  refuse_option(option, std::to_string(smallest) + ".." + std::to_string(largest), text);
}

double real_number(const std::string& option, const std::string& text, double smallest, double largest) {
  const std::optional<double> number = number_in<double>(text);
  if (number && *number >= smallest && *number <= largest) return *number;
  refuse_option(option, "a number in " + shortest(smallest) + ".." + shortest(largest), text);
}

std::uint64_t seed_number(const std::string& text) {
  return whole_number("--seed", text, 0, std::numeric_limits<std::uint64_t>::max());
}

std::string default_threads() {
  return std::to_string(std::clamp(std::thread::hardware_concurrency(), 1U, most_threads));
}

unsigned thread_number(const std::string& text) {
  return static_cast<unsigned>(whole_number("--threads", text, 1, most_threads));
}

std::vector<Override> parse_overrides(const std::vector<std::string>& settings) {
  std::vector<Override> overrides;
  overrides.reserve(settings.size());
  for (const std::string& setting : settings) overrides.push_back(parse_override(setting));
  return overrides;
}

}  // namespace palimpsest
