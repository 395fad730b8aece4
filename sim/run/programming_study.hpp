#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/physics/write_verify.hpp"
#include "sim/config/architecture.hpp"
#include "sim/run/programmed_map.hpp"
#include "sim/run/progress_meter.hpp"
#include "sim/run/provenance.hpp"
#include "sim/run/single_shot.hpp"
#include "sim/run/tolerance_curve.hpp"

namespace palimpsest {

/// The write of one fresh cell, pulse by pulse. Conductances in microsiemens, as a read without noise sees them.
struct CellTrajectory {
  double target = 0.0;
  double start = 0.0;
  std::vector<CellPulse> pulses;
  bool converged = false;
};

/// How a chip's cells are written, apart from any network: what Fig. 2f-h of arXiv 2601.10037 measures.
struct ProgrammingReport {
  Provenance provenance;
  std::string architecture;  ///< name in the architecture file
  std::string energy_table;
  std::string resistive_memory;  ///< name of the cell
  std::string retention;
  std::uint64_t seed = 0;
  double tolerance_microsiemens = 0.0;  ///< of trajectories and maps
  double window_low_microsiemens = 0.0;
  double window_high_microsiemens = 0.0;
  std::vector<TolerancePoint> curve;
  std::vector<CellTrajectory> trajectories;
  std::vector<ProgrammedMap> maps;
  std::optional<SingleShots> single_shots;  ///< of gate-controlled cells
};

/// Most cells of a point of the curve: what numbers the cells of one array has 24 bits.
inline constexpr std::uint32_t most_study_cells = 1'000'000;

struct ProgrammingOptions {
  std::uint64_t seed = 1;
  unsigned threads = 1;            ///< any number gives the same report
  std::uint32_t cells = 2000;      ///< of each point of the curve, and shots of each level
  std::vector<double> tolerances;  ///< of the curve, microsiemens
  ReportProgress progress;
};

/// Cycles against tolerance; four trajectories with targets spread over the window; the letters UL and CL, high on
/// low, a seventh of the window from its edges (70 and 20 of 10..80 uS); single shots of gate-controlled cells. Throws
/// UserError if a verify would average more than most_verify_reads for one of the tolerances.
ProgrammingReport study_programming(const Architecture& architecture, const ProgrammingOptions& options);

}  // namespace palimpsest
