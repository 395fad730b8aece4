#include "sim/cli/crossbar_command.hpp"

#include <cmath>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "sim/config/csv_table.hpp"
#include "tests/fuzz/harness.hpp"

using namespace palimpsest;

namespace {

std::string standard_output_of(const std::vector<std::string>& arguments) {
  const std::ostringstream output;
  std::streambuf* const before = std::cout.rdbuf(output.rdbuf());
  try {
    crossbar_command(arguments);
  } catch (...) {
    std::cout.rdbuf(before);
    throw;
  }
  std::cout.rdbuf(before);
  return output.str();
}

}  // namespace

// Values of the options in the first part, one a line, then the two tables: what is accepted has finite currents.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  std::vector<std::string> parts = fuzz::parts_of(text);
  parts.resize(3);
  std::vector<std::string> arguments{"--conductance", fuzz::write_file("conductance.csv", parts[1]), "--voltage",
                                     fuzz::write_file("voltage.csv", parts[2])};
  std::istringstream values(parts[0]);
  for (const char* option : {"segment", "driver", "sense", "access"}) {
    std::string value;
    std::getline(values, value);
    arguments.push_back(std::string("--").append(option).append("-resistance=").append(value.empty() ? "1" : value));
  }
  std::string output;
  const bool accepted = fuzz::accepts(ExitCode::usage_or_architecture, {"--", arguments[1], arguments[3]},
                                      [&] { output = standard_output_of(arguments); });
  fuzz::count_input(accepted, text);
  if (!accepted) return 0;
  const CsvTable currents(fuzz::write_file("current.csv", output), ExitCode::model_error);
  for (std::size_t row = 1; row < currents.rows(); ++row) {
    for (const std::size_t field : {1U, 2U}) currents.number(row, field, -1e12, 1e12);
  }
  return 0;
}
