#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>

#include "sim/config/architecture.hpp"
#include "sim/run/write_totals.hpp"

namespace palimpsest {

/// A picture written into fresh cells. Conductances in microsiemens, [rows, columns], as a read without noise sees
/// them.
struct ProgrammedMap {
  std::string name;
  Eigen::MatrixXd target;
  Eigen::MatrixXd programmed;
  Eigen::MatrixXd error;       ///< programmed - target
  double rms_error = 0.0;      ///< microsiemens
  double largest_error = 0.0;  ///< magnitude, microsiemens
  WriteTotals writes;
  double energy_joule = 0.0;  ///< pulses, drivers and verify reads
  double seconds = 0.0;
};

/// Writes `target` into array `unit` of a chip with `seed`, with the architecture's tolerance. Cells are stuck at the
/// architecture's shares.
ProgrammedMap program_map(const Architecture& architecture, const std::string& name, const Eigen::MatrixXd& target,
                          std::uint64_t seed, std::uint32_t unit);

}  // namespace palimpsest
