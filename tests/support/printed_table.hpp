#pragma once

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace palimpsest::test {

/// A table as it was printed: the lines from the one that begins with `first_header`, up to an empty one. A cell is
/// under the header with which it begins or ends.
class PrintedTable {
 public:
  PrintedTable(const std::string& text, const std::string& first_header) {
    std::istringstream lines(text);
    bool inside = false;
    for (std::string line; std::getline(lines, line) && !(inside && line.empty());) {
      std::vector<Part> parts = parts_of(line);
      if (!inside && (parts.empty() || parts.front().text != first_header)) continue;
      (inside ? rows_.emplace_back() : header_) = std::move(parts);
      inside = true;
    }
    if (!inside) throw std::out_of_range("no table " + first_header);
  }

  std::size_t rows() const { return rows_.size(); }

  /// The cell of `row` under the header `title`, of several that are alike under number `repetition`; empty: there is
  /// none. Throws std::out_of_range for a title that is not there.
  std::string cell(std::size_t row, const std::string& title, std::size_t repetition = 0) const {
    for (const Part& head : header_) {
      if (head.text != title || repetition-- > 0) continue;
      for (const Part& part : rows_.at(row)) {
        if (part.begin == head.begin || part.end == head.end) return part.text;
      }
      return "";
    }
    throw std::out_of_range("no column " + title);
  }

 private:
  struct Part {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string text;
  };

  /// Two blanks or more are between the parts of a line.
  static std::vector<Part> parts_of(const std::string& line) {
    std::vector<Part> parts;
    std::size_t begin = line.find_first_not_of(' ');
    while (begin < line.size()) {
      const std::size_t end = std::min(line.find("  ", begin), line.size());
      parts.push_back({begin, end, line.substr(begin, end - begin)});
      begin = line.find_first_not_of(' ', end);
    }
    return parts;
  }

  std::vector<Part> header_;
  std::vector<std::vector<Part>> rows_;
};

}  // namespace palimpsest::test
