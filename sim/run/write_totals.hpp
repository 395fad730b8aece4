#pragma once

#include <cstdint>

#include "models/physics/array_write.hpp"
#include "sim/config/architecture.hpp"

namespace palimpsest {

/// What writes took, summed over cells. Adding throws UserError if the cycles cannot be counted.
struct WriteTotals {
  std::uint64_t cells = 0;
  std::uint64_t failed = 0;  ///< given up outside the tolerance
  std::uint64_t set_pulses = 0;
  std::uint64_t reset_pulses = 0;
  std::uint64_t verify_reads = 0;
  std::uint64_t forming_pulses = 0;
  std::uint64_t write_word_lines = 0;   ///< opened for pulses
  std::uint64_t verify_word_lines = 0;  ///< opened for verify reads
  std::uint64_t cycles = 0;             ///< one write after the other
  double pulse_charge_coulomb = 0.0;    ///< V G t of the pulses, and the forming pulses' charge
  double verified_microsiemens = 0.0;   ///< conductance summed over the verify reads

  /// Adds that of an array, whose groups of cells are written at the same time.
  void add(const Architecture& architecture, const ArrayWrite& write);
  void add(const WriteTotals& other);

 private:
  void add_cycles(std::uint64_t count);
};

/// Joule of the writes on the chip: pulses, drivers, word lines and verify reads, as a run reports them under
/// `rm_write` and `rm_verify`.
double write_energy_joule(const Architecture& architecture, const WriteTotals& totals);

}  // namespace palimpsest
