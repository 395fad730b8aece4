#pragma once

#include <Eigen/Core>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace palimpsest::test {

/// The numbers of a reference file, comma-separated, behind `header_lines` lines that are skipped.
inline Eigen::MatrixXd number_table(const std::string& path, int header_lines = 0) {
  std::ifstream file(path);
  std::vector<std::vector<double>> rows;
  std::string line;
  for (int count = 0; std::getline(file, line); ++count) {
    if (count < header_lines) continue;
    rows.emplace_back();
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');) rows.back().push_back(std::stod(field));
  }
  if (rows.empty()) throw std::runtime_error("no numbers in " + path);
  Eigen::MatrixXd table(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows[0].size()));
  for (Eigen::Index row = 0; row < table.rows(); ++row) {
    for (Eigen::Index column = 0; column < table.cols(); ++column) {
      table(row, column) = rows[static_cast<std::size_t>(row)].at(static_cast<std::size_t>(column));
    }
  }
  return table;
}

}  // namespace palimpsest::test
