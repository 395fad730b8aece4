#include "sim/cli/command_line.hpp"

#include <boost/program_options/errors.hpp>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "sim/cli/run_command.hpp"
#include "sim/config/one_line.hpp"
#include "sim/error.hpp"

namespace palimpsest {

namespace {

constexpr const char* usage =
    "palimpsest simulates hybrid compute-in-memory chips that learn, forget and learn again.\n"
    "\n"
    "  palimpsest run --arch FILE --trace DIRECTORY   all phases of a trace on a chip: energy, latency, writes,\n"
    "                                                 accuracy, wear, and two baselines\n"
    "  palimpsest COMMAND --help                      the options of a command\n"
    "  palimpsest --help | --version\n";

int dispatch(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    throw UserError(ExitCode::usage_or_architecture, "expected a command: run (palimpsest --help)");
  }
  const std::string& command = arguments.front();
  if (command == "--help") {
    std::cout << usage;
  } else if (command == "--version") {
    std::cout << "palimpsest " PALIMPSEST_VERSION "\n";
  } else if (command == "run") {
    run_command({arguments.begin() + 1, arguments.end()});
  } else {
    throw UserError(ExitCode::usage_or_architecture,
                    one_line(command) + ": expected a command: run (palimpsest --help)");
  }
  if (!std::cout.flush()) throw UserError(ExitCode::model_error, "standard output: cannot be written");
  return static_cast<int>(ExitCode::ok);
}

int failed(ExitCode code, const std::string& text) {
  std::cerr << "palimpsest: " << text << '\n';
  return static_cast<int>(code);
}

}  // namespace

int command_line(int argc, const char* const* argv) {
  try {
    return dispatch({argv + 1, argv + argc});
  } catch (const UserError& error) {
    return failed(error.code(), error.what());
  } catch (const boost::program_options::error& error) {
    return failed(ExitCode::usage_or_architecture, one_line(error.what()));
  } catch (const std::bad_alloc&) {
    return failed(ExitCode::model_error, "not enough memory");
  } catch (const std::exception& error) {
    return failed(ExitCode::model_error, std::string("internal error: ") + error.what());
  }
}

}  // namespace palimpsest
