#include "sim/config/csv_rows.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <system_error>

#include "sim/config/input_file.hpp"
#include "sim/config/one_line.hpp"

namespace palimpsest {
namespace {

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char character : line) {
    if (character == ',')
      fields.emplace_back();
    else
      fields.back() += character;
  }
  return fields;
}

}  // namespace

std::uint32_t CsvRow::number(std::size_t column, const std::string& name, std::uint32_t largest, ExitCode code) const {
  const std::string& text = fields.at(column);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value <= largest) return value;
  throw UserError(code,
                  place + ": expected a " + name + " in 0.." + std::to_string(largest) + ", got " + one_line(text));
}

std::vector<CsvRow> read_csv(const std::string& path, const std::string& header, ExitCode code) {
  const std::size_t columns = fields_of(header).size();
  std::istringstream text(read_text_file(path, code));
  std::vector<CsvRow> rows;
  std::uint64_t number = 0;
  for (std::string line; std::getline(text, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const std::string place = one_line(path) + ":" + std::to_string(++number);
    if (number == 1) {
      if (line != header) throw UserError(code, place + ": expected the header " + header + ", got " + one_line(line));
      continue;
    }
    CsvRow row{place, fields_of(line)};
    const bool gap = std::any_of(row.fields.begin(), row.fields.end(), [](const auto& field) { return field.empty(); });
    if (row.fields.size() != columns || gap) {
      throw UserError(code, place + ": expected " + header + ", got " + one_line(line));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace palimpsest
