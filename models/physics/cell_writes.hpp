#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/physics/cell.hpp"
#include "models/physics/write_verify.hpp"

namespace palimpsest {

/// What the draws of a write are functions of, beside the cell and the round.
struct WriteKey {
  std::uint64_t seed = 0;
  std::uint64_t unit = 0;  ///< number of cell 0 among all cells of a chip, 56 bits; a cell's is its number more
  std::uint32_t step = 0;  ///< number of the write
};

/// Cells that are written at once: [cells] each. Conductances are in microsiemens.
struct CellBatch {
  std::vector<std::uint32_t> cells;     ///< number, less than 2^24
  std::vector<float> conductances;      ///< what they hold, their own behind the access transistor
  std::vector<float> targets;           ///< as read
  std::vector<float> tolerances;        ///< as read
  std::vector<std::uint8_t> rewritten;  ///< whether the cell was written to a target before
  std::vector<CellTraits> traits;

  std::size_t size() const { return cells.size(); }
  void add(std::uint32_t cell, float conductance, float target, float tolerance, bool was_written);
};

/// Reads of one verify, if more than one.
struct FurtherReads {
  std::uint32_t place = 0;  ///< of the cell in the batch
  std::uint32_t round = 0;  ///< pulses of the cell before
  std::uint32_t reads = 0;  ///< in all
};

/// One write pulse of a cell.
struct CellPulse {
  bool set = false;                 ///< SET, or else RESET
  double volt = 0.0;                ///< amplitude across cell and access transistor, positive for both
  double conductance = 0.0;         ///< microsiemens, after it, as a read without noise sees it
  std::optional<double> gate_volt;  ///< of the access transistor; empty: fully on
};

/// What the write of one cell took.
struct WrittenCell {
  float conductance = 0.0F;         ///< microsiemens, the cell's own behind its access transistor, after the last pulse
  bool converged = false;           ///< within the tolerance, as read, after the last pulse
  std::uint32_t pulses = 0;         ///< a verify before each and after the last
  std::size_t first_direction = 0;  ///< its word of CellWrites::directions
  double charge_coulomb = 0.0;      ///< sum over the pulses of I t, what they take from the drivers' supply
  double energy_joule = 0.0;        ///< sum over the pulses of V I t in cell and transistor
  double verified_microsiemens = 0.0;  ///< as read, summed over the verify reads; gives their energy
};

/// What the writes of a batch took, in its order.
struct CellWrites {
  std::vector<WrittenCell> cells;
  /// Which pulses were SETs: pulse p of a cell is bit p mod 32 of word p / 32 of its own.
  std::vector<std::uint32_t> directions;
  std::vector<FurtherReads> further_reads;     ///< in no particular order
  std::vector<std::vector<CellPulse>> pulses;  ///< by cell, where asked for

  bool is_set(std::size_t place, std::uint32_t pulse) const {
    return ((directions[cells[place].first_direction + pulse / 32] >> (pulse % 32)) & 1U) != 0;
  }
};

/// Writes cells by write-verify, side by side in vector lanes: what becomes of a cell does not depend on the others nor
/// on the number of lanes. A verify sees a cell through its transistor, as the mean of reads with the cell's and the
/// circuit's noise, independent of each other. A rewritten cell that its first verify refuses is read again, until
/// verify_deviations standard deviations of the mean are a quarter of the tolerance, and pulsed if it is off by more
/// than that beyond the tolerance: cells whose sweep ended at the edge would else be pulsed by chance at every rewrite.
/// The exact method takes one pulse at its first amplitude and one verify read before and after, whatever a cell holds,
/// and fails where the target is beyond the cell's limits. `with_pulses`: tells every pulse.
///
/// Single precision: a pulse leaves what the model says to 1e-4 microsiemens.
CellWrites write_cells(const CellConfig& cell, const WriteVerifyConfig& config, const WriteKey& key,
                       const CellBatch& batch, bool with_pulses = false);

}  // namespace palimpsest
