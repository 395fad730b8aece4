#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/architecture.hpp"

namespace palimpsest {

inline constexpr unsigned most_threads = 1024;

/// What the arguments behind the command's name give; notify sets the variables that `description` binds. With --help
/// it prints the description and returns none. Throws UserError or boost::program_options::error.
std::optional<boost::program_options::variables_map> given_options(
    const std::string& command, const boost::program_options::options_description& description,
    const std::vector<std::string>& arguments);

/// Refuses an empty name for the files of the options `names`. Throws UserError.
void check_file_names(const boost::program_options::variables_map& values, const std::vector<std::string>& names);

/// Throws UserError (usage_or_architecture): `option`: expected `expected`, got `text`.
[[noreturn]] void refuse_option(const std::string& option, const std::string& expected, const std::string& text);

/// A whole number in [smallest, largest]. Boost's own conversion takes "-1" for the largest number there is. Throws
/// UserError (usage_or_architecture) that names `option`.
std::uint64_t whole_number(const std::string& option, const std::string& text, std::uint64_t smallest,
                           std::uint64_t largest);

/// A finite number in [smallest, largest]. Throws like whole_number.
double real_number(const std::string& option, const std::string& text, double smallest, double largest);

/// Any seed there is. Throws like whole_number.
std::uint64_t seed_number(const std::string& text);

/// All processors, as text: the default of --threads.
std::string default_threads();

/// The number of --threads. Throws like whole_number.
unsigned thread_number(const std::string& text);

/// The overrides of --set. Throws UserError.
std::vector<Override> parse_overrides(const std::vector<std::string>& settings);

}  // namespace palimpsest
