#include "sim/run/programming_study.hpp"

#include "sim/config/programmer_reader.hpp"
#include "sim/error.hpp"
#include "sim/run/fresh_cell.hpp"
#include "sim/run/letter_bitmap.hpp"
#include "sim/run/progress_meter.hpp"

namespace palimpsest {

namespace {

constexpr std::uint64_t trajectory_count = 4;

// Arrays of the study: the curve's cells are in array 0.
constexpr std::uint32_t ul_unit = 1;
constexpr std::uint32_t cl_unit = 2;
constexpr std::uint64_t trajectory_unit = 3;

/// All levels of single shots, in writes of cells of the curve; about a hundred shots take as long as one.
double single_shot_work(std::uint32_t shots) { return (single_shot_steps + 1) * 2.0 * shots / 100.0; }

CellTrajectory trajectory(const Architecture& architecture, std::uint64_t seed, std::uint64_t number) {
  const CellConfig& cell = architecture.resistive_memory.cell;
  CellTrajectory path;
  path.target = spread_target(cell, number, trajectory_count);
  path.start = cell.window_low_microsiemens;
  CellWrites write = write_fresh_cells(architecture, seed, (trajectory_unit << cell_number_bits) | number,
                                       {path.target}, architecture.write_verify.tolerance_microsiemens, true);
  path.pulses = std::move(write.pulses[0]);
  path.converged = write.cells[0].converged;
  return path;
}

ProgrammedMap letters(const Architecture& architecture, const std::string& name, std::uint64_t seed,
                      std::uint32_t unit) {
  const CellConfig& cell = architecture.resistive_memory.cell;
  const double margin = (cell.window_high_microsiemens - cell.window_low_microsiemens) / 7.0;
  const double low = cell.window_low_microsiemens + margin;
  const double high = cell.window_high_microsiemens - margin;
  return program_map(architecture, name, low + (high - low) * letter_bitmap(name).array(), seed, unit);
}

void check_tolerances(const Architecture& architecture, const std::vector<double>& tolerances) {
  const WriteVerifyConfig& config = architecture.write_verify;
  const CellConfig& cell = architecture.resistive_memory.cell;
  if (config.method != WriteMethod::write_verify) return;
  for (const double tolerance : tolerances) {
    if (wanted_verify_reads(cell, config, {cell.window_high_microsiemens, tolerance}) > most_verify_reads)
      throw UserError(ExitCode::usage_or_architecture, "--tolerances: " + too_fine_for_verify_reads());
  }
}

}  // namespace

ProgrammingReport study_programming(const Architecture& architecture, const ProgrammingOptions& options) {
  check_tolerances(architecture, options.tolerances);
  ProgrammingReport report;
  report.architecture = architecture.name;
  report.energy_table = architecture.energy_name;
  report.resistive_memory = architecture.resistive_memory.name;
  report.retention = architecture.resistive_memory.retention_name;
  report.seed = options.seed;
  report.tolerance_microsiemens = architecture.write_verify.tolerance_microsiemens;
  report.window_low_microsiemens = architecture.resistive_memory.cell.window_low_microsiemens;
  report.window_high_microsiemens = architecture.resistive_memory.cell.window_high_microsiemens;
  const bool has_single_shots = architecture.resistive_memory.cell.update == CellUpdate::gate_controlled;
  const double curve_cells = static_cast<double>(options.tolerances.size()) * options.cells;
  ProgressMeter meter(options.progress, curve_cells + (has_single_shots ? single_shot_work(options.cells) : 0.0));
  meter.begin("cycles against tolerance");
  for (const double tolerance : options.tolerances) {
    report.curve.push_back(tolerance_point(architecture, tolerance, options.cells, options.seed, options.threads,
                                           [&meter](std::size_t cells) { meter.add(static_cast<double>(cells)); }));
  }
  for (std::uint64_t number = 0; number < trajectory_count; ++number) {
    report.trajectories.push_back(trajectory(architecture, options.seed, number));
  }
  report.maps.push_back(letters(architecture, "UL", options.seed, ul_unit));
  report.maps.push_back(letters(architecture, "CL", options.seed, cl_unit));
  if (has_single_shots) {
    meter.begin("single shots");
    const double level = single_shot_work(options.cells) / (single_shot_steps + 1);
    report.single_shots =
        single_shots(architecture, options.cells, options.seed, options.threads, [&meter, level] { meter.add(level); });
  }
  return report;
}

}  // namespace palimpsest
