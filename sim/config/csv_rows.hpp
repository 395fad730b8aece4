#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/error.hpp"

namespace palimpsest {

/// One row of a CSV file, with its place for messages.
struct CsvRow {
  std::string place;  ///< file and line: faults.csv:3
  std::vector<std::string> fields;

  /// The field `column` as a whole number in [0, largest]. Throws UserError (`code`) that calls it `name`.
  std::uint32_t number(std::size_t column, const std::string& name, std::uint32_t largest, ExitCode code) const;
};

/// Reads a CSV file without quotes, whose first line is exactly `header` and whose other lines have as many fields,
/// none empty. Lines end in LF or CR LF. Throws UserError with `code`: `faults.csv:3: expected ...`.
std::vector<CsvRow> read_csv(const std::string& path, const std::string& header, ExitCode code);

}  // namespace palimpsest
