#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/config/one_line.hpp"
#include "sim/error.hpp"

namespace palimpsest {

inline constexpr unsigned most_threads = 1024;

/// Parses the arguments behind the command's name into the variables that `description` binds. With --help it prints
/// the description and returns false. Throws UserError or boost::program_options::error.
bool parse_options(const std::string& command, const boost::program_options::options_description& description,
                   const std::vector<std::string>& arguments);

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

/// Refuses a missing name for --json. Throws UserError.
void check_report_name(const std::string& json_file);

/// Calls `work`, and puts the name of the file in front of the errors that a network makes on a chip: they name a place
/// in the architecture or the trace. Returns what `work` does.
template <class Work>
auto with_file_names(const std::string& architecture_file, const std::string& trace_directory, const Work& work) {
  try {
    return work();
  } catch (const UserError& error) {
    const std::string file = error.code() == ExitCode::trace ? trace_directory + "/trace.json" : architecture_file;
    throw UserError(error.code(), one_line(file + ": " + error.what()));
  }
}

/// Reads the architecture with the overrides of --set.
Architecture read_overridden(const std::string& file, const std::vector<std::string>& settings);

}  // namespace palimpsest
