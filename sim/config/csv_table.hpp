#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/error.hpp"

namespace palimpsest {

/// A file of comma-separated values, without quoting: lines of equally many fields, none empty, each ended by a line
/// feed (the last may lack it) with or without a carriage return. Whether the first line is a header is up to the
/// caller. Rows and fields count from 0 here, lines and fields from 1 in messages.
class CsvTable {
 public:
  /// Throws UserError with `code`, as all errors here, that names file and line.
  CsvTable(std::string path, ExitCode code);

  std::size_t rows() const { return (starts_.size() - 1) / fields_; }
  std::size_t fields() const { return fields_; }

  std::string_view text(std::size_t row, std::size_t field) const;

  /// A finite number in [smallest, largest].
  double number(std::size_t row, std::size_t field, double smallest, double largest) const;

  /// A whole number in [smallest, largest].
  std::int64_t whole_number(std::size_t row, std::size_t field, std::int64_t smallest, std::int64_t largest) const;

  /// Throws "<file>:<line>: expected <expected>, got <got>".
  [[noreturn]] void fail(std::size_t row, const std::string& expected, const std::string& got) const;

 private:
  std::string path_;
  ExitCode code_;
  std::string text_;
  std::vector<std::uint32_t> starts_;  ///< of each field in text_, row by row, and where one more would start
  std::size_t fields_ = 0;             ///< of a row
};

}  // namespace palimpsest
