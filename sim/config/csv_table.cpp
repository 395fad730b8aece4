#include "sim/config/csv_table.hpp"

#include <optional>
#include <utility>

#include "sim/config/input_file.hpp"
#include "sim/config/number_text.hpp"
#include "sim/config/one_line.hpp"
#include "sim/report/number_format.hpp"

namespace palimpsest {

namespace {

/// Every line ended by a line feed alone.
std::string with_line_feeds(std::string text) {
  if (text.back() != '\n') text += '\n';
  std::size_t length = 0;
  for (std::size_t position = 0; position < text.size(); ++position) {
    const bool before_line_feed = position + 1 < text.size() && text[position + 1] == '\n';
    if (text[position] != '\r' || !before_line_feed) text[length++] = text[position];
  }
  text.resize(length);
  return text;
}

std::string count_of_fields(std::size_t count) { return std::to_string(count) + (count == 1 ? " field" : " fields"); }

}  // namespace

CsvTable::CsvTable(std::string path, ExitCode code)
    : path_(std::move(path)), code_(code), text_(with_line_feeds(read_text_file(path_, code))) {
  starts_.push_back(0);
  std::size_t row = 0;
  std::size_t field = 0;
  for (std::size_t position = 0; position < text_.size(); ++position) {
    const char character = text_[position];
    if (character != ',' && character != '\n') continue;
    ++field;
    if (position == starts_.back()) fail(row, "a value in field " + std::to_string(field), "nothing");
    starts_.push_back(static_cast<std::uint32_t>(position + 1));
    if (character == ',') continue;
    if (row == 0) fields_ = field;
    if (field != fields_) fail(row, count_of_fields(fields_) + " as in line 1", std::to_string(field));
    ++row;
    field = 0;
  }
}

std::string_view CsvTable::text(std::size_t row, std::size_t field) const {
  const std::size_t start = starts_[row * fields_ + field];
  return std::string_view(text_).substr(start, starts_[row * fields_ + field + 1] - start - 1);
}

double CsvTable::number(std::size_t row, std::size_t field, double smallest, double largest) const {
  const std::optional<double> number = number_in<double>(text(row, field));
  if (number && *number >= smallest && *number <= largest) return *number;
  fail(row, "a number in " + shortest(smallest) + ".." + shortest(largest) + " in field " + std::to_string(field + 1),
       std::string(text(row, field)));
}

std::int64_t CsvTable::whole_number(std::size_t row, std::size_t field, std::int64_t smallest,
                                    std::int64_t largest) const {
  const std::optional<std::int64_t> number = number_in<std::int64_t>(text(row, field));
  if (number && *number >= smallest && *number <= largest) return *number;
  fail(row,
       "a whole number in " + std::to_string(smallest) + ".." + std::to_string(largest) + " in field " +
           std::to_string(field + 1),
       std::string(text(row, field)));
}

void CsvTable::fail(std::size_t row, const std::string& expected, const std::string& got) const {
  constexpr std::size_t longest_quote = 60;
  const std::string quote = got.size() > longest_quote ? got.substr(0, longest_quote) + "..." : got;
  throw UserError(code_, one_line(path_ + ":" + std::to_string(row + 1) + ": expected " + expected + ", got " + quote));
}

}  // namespace palimpsest
