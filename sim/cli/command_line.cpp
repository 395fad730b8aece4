#include "sim/cli/command_line.hpp"

#include <algorithm>
#include <array>
#include <boost/program_options/errors.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "models/physics/simd/targets.hpp"
#include "sim/cli/crossbar_command.hpp"
#include "sim/cli/deploy_command.hpp"
#include "sim/cli/draw_command.hpp"
#include "sim/cli/noise_command.hpp"
#include "sim/cli/nonidealities_command.hpp"
#include "sim/cli/program_command.hpp"
#include "sim/cli/run_command.hpp"
#include "sim/config/one_line.hpp"
#include "sim/error.hpp"

namespace palimpsest {

namespace {

struct CommandEntry {
  std::string_view name;
  void (*run)(const std::vector<std::string>& arguments);
  std::string_view usage;
  std::string_view meaning;
};

constexpr std::array<CommandEntry, 7> commands{{
    {"run", run_command, "run --arch FILE --trace DIRECTORY",
     "all phases of a trace on a chip: energy, latency, writes, accuracy, wear, and two baselines"},
    {"crossbar", crossbar_command, "crossbar --conductance FILE --voltage FILE --segment-resistance OHM",
     "column currents of one array, without and with IR drop"},
    {"deploy", deploy_command, "deploy --arch FILE --trace DIRECTORY --phase NAME --weights FILE",
     "the weights of a phase as one chip's tiles compute with them: what adapters for that chip are trained on"},
    {"draw", draw_command, "draw --report FILE [--report FILE ...] --svg FILE",
     "one picture of runs that differ in their seeds alone: mean and extremes"},
    {"nonidealities", nonidealities_command, "nonidealities --arch FILE --trace DIRECTORY",
     "accuracy with no non-ideality of a chip, with each alone, and with all"},
    {"noise", noise_command, "noise --trace DIRECTORY",
     "accuracy in floating point against the conductance error of the devices that hold the weights"},
    {"program", program_command, "program --arch FILE",
     "how cells are written: cycles against tolerated error, single cells, two pictures in an array"},
}};

void print_usage() {
  std::cout << "palimpsest simulates hybrid compute-in-memory chips that learn, forget and learn again.\n\n";
  for (const CommandEntry& command : commands)
    std::cout << "  palimpsest " << command.usage << "\n      " << command.meaning << '\n';
  std::cout << "  palimpsest COMMAND --help\n      the options of a command\n"
               "  palimpsest --help | --version\n";
}

[[noreturn]] void refuse(const std::string& prefix) {
  std::string names;
  for (const CommandEntry& command : commands) names.append(names.empty() ? "" : ", ").append(command.name);
  throw UserError(ExitCode::usage_or_architecture, prefix + "expected a command: " + names + " (palimpsest --help)");
}

/// PALIMPSEST_SIMD asks for other vector instructions than the processor's best.
void choose_simd() {
  const char* asked = std::getenv("PALIMPSEST_SIMD");
  if (asked != nullptr && !choose_simd_target(asked)) {
    std::string names;
    for (const std::string& name : simd_targets()) names.append(names.empty() ? "" : ", ").append(name);
    throw UserError(ExitCode::usage_or_architecture, "PALIMPSEST_SIMD: expected one of " + names);
  }
  if (!simd_is_fused()) std::cerr << "palimpsest: computing without fused multiply-add: the same figures, slowly\n";
}

int dispatch(const std::vector<std::string>& arguments) {
  if (arguments.empty()) refuse("");
  const std::string& name = arguments.front();
  const auto command =
      std::find_if(commands.begin(), commands.end(), [&name](const CommandEntry& entry) { return entry.name == name; });
  if (name == "--help") {
    print_usage();
  } else if (name == "--version") {
    std::cout << "palimpsest " PALIMPSEST_VERSION "\n";
  } else if (command != commands.end()) {
    choose_simd();
    command->run({arguments.begin() + 1, arguments.end()});
  } else {
    refuse(one_line(name) + ": ");
  }
  if (!std::cout.flush()) throw UserError(ExitCode::model_error, "standard output: cannot be written");
  return static_cast<int>(ExitCode::ok);
}

int failed(ExitCode code, const std::string& text) {
  std::cerr << "palimpsest: " << shortened(one_line(text)) << '\n';
  return static_cast<int>(code);
}

}  // namespace

int command_line(int argc, const char* const* argv) {
  try {
    return dispatch({argv + 1, argv + argc});
  } catch (const UserError& error) {
    return failed(error.code(), error.what());
  } catch (const boost::program_options::error& error) {
    return failed(ExitCode::usage_or_architecture, error.what());
  } catch (const std::bad_alloc&) {
    return failed(ExitCode::model_error, "not enough memory");
  } catch (const std::exception& error) {
    return failed(ExitCode::model_error, std::string("internal error: ") + error.what());
  }
}

}  // namespace palimpsest
