#pragma once

#include <string>
#include <vector>

namespace palimpsest {

/// Rows of cells set in columns: the first `left_columns` columns to the left, the others to the right.
class TextTable {
 public:
  explicit TextTable(std::size_t left_columns) : left_columns_(left_columns) {}

  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Lines with two spaces in front and between the columns, no trailing blanks.
  std::string text() const;

 private:
  std::size_t left_columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace palimpsest
