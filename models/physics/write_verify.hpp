#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/physics/cell.hpp"
#include "models/physics/pulse_schedule.hpp"

namespace palimpsest {

enum class WriteMethod {
  write_verify,  ///< read, stop when within the tolerance, otherwise one SET or RESET pulse, and again
  exact,         ///< unphysical: one pulse that puts every cell on its target, for studies without writing error
};

/// The pulse that makes a fresh cell a switching one, once before its first write.
struct FormingConfig {
  double volt = 3.0;
  double pulse_ns = 1e4;
  double current_microampere = 100.0;  ///< compliance, taken for the whole pulse
};

/// What a forming pulse takes from the drivers' supply.
double forming_coulomb(const FormingConfig& forming);

struct WriteVerifyConfig {
  WriteMethod method = WriteMethod::write_verify;
  double tolerance_microsiemens = 2.0;
  double reference_tolerance_microsiemens = 0.5;  ///< of reference cells, whose error is common to a whole tile
  /// Standard deviations of the mean of a verify's reads that fit into the tolerance; 0: a verify is one read.
  double verify_deviations = 0.0;
  double verify_circuit_noise_microsiemens = 0.0;  ///< of one read, beside the cell's own noise
  std::uint32_t maximum_cycles = 1000;             ///< pulses after which a cell is given up and counted as failed
  std::uint32_t parallel_cells = 16;               ///< cells of one row written at the same time
  double pulse_ns = 100.0;
  PulseConfig pulse;
  double word_line_volt = 3.3;  ///< on the gates of the access transistors during pulses
  double supply_volt = 3.3;     ///< of the write drivers; no pulse is higher
  std::optional<FormingConfig> forming;
};

/// What a cell is to hold as it is read, microsiemens.
struct CellTarget {
  double conductance = 0.0;
  double tolerance = 0.0;
  bool rewritten = false;  ///< the cell was written to a target before
};

/// Most reads that a verify averages: beyond some such number the noise of real cells does not average out.
inline constexpr std::uint32_t most_verify_reads = 1000;

/// Reads that a verify of `target` averages for the cell's noise, so that `verify_deviations` standard deviations of
/// their mean, at the target, fit into the tolerance: max(1, ceil((verify_deviations read_noise target /
/// tolerance)^2)), infinite where the tolerance is 0. write_cells takes most_verify_reads at most; it takes more, up to
/// 64, where the circuit's noise beside the cell's wants them; and only where the first read leaves it open whether the
/// cell is within the tolerance: one that is off by more than the tolerance and verify_deviations standard deviations
/// of a read decides alone.
double wanted_verify_reads(const CellConfig& cell, const WriteVerifyConfig& config, const CellTarget& target);

}  // namespace palimpsest
