#pragma once

#include <Eigen/Core>
#include <string>

namespace palimpsest {

/// Rows and columns of a letter map.
inline constexpr Eigen::Index letter_map_size = 32;

/// The two capital letters of `letters`, out of "C", "L" and "U", as a square picture: 1 on the letters, 0 beside them.
Eigen::MatrixXd letter_bitmap(const std::string& letters);

}  // namespace palimpsest
