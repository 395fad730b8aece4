#pragma once

#include <cstdint>
#include <vector>

#include "models/physics/cell_writes.hpp"
#include "models/physics/pulsed_cells.hpp"

namespace palimpsest::test {

/// Draws of one cell: of its writes, or of pulses one after the other.
struct CellStream {
  WriteKey key;
  std::uint32_t pulses = 0;  ///< drawn so far
};

/// Traits of the cell with this number among all.
inline CellTraits draw_traits(const CellConfig& cell, std::uint64_t seed, std::uint64_t number) {
  return palimpsest::draw_traits(cell, seed, number, {0}).at(0);
}

struct PulseEffect {
  double conductance = 0.0;  ///< microsiemens, the cell's own behind its access transistor, after the pulse
  double ampere = 0.0;       ///< through cell and transistor while the pulse lasts
};

/// One pulse of a cell that holds `conductance` (microsiemens, its own).
inline PulseEffect apply_pulse(const CellConfig& cell, const CellTraits& traits, double conductance, bool set,
                               const PulseVoltages& voltages, CellStream& stream) {
  PulsedCells one{{0}, {traits}, {static_cast<float>(conductance)}, {}};
  pulse_cells(cell, set, voltages, stream.key, stream.pulses++, one);
  return {double{one.conductances[0]}, double{one.microamperes[0]} * 1e-6};
}

/// Conductance of a soft-bound cell after one SET or RESET pulse of `volt` across it, without its transistor.
inline double after_set(CellConfig cell, const CellTraits& traits, double conductance, double volt,
                        CellStream& stream) {
  cell.access_transistor_ohm = 0.0;
  return apply_pulse(cell, traits, conductance, true, {volt, {}}, stream).conductance;
}

inline double after_reset(CellConfig cell, const CellTraits& traits, double conductance, double volt,
                          CellStream& stream) {
  cell.access_transistor_ohm = 0.0;
  return apply_pulse(cell, traits, conductance, false, {volt, {}}, stream).conductance;
}

/// The write of one cell.
struct CellWrite {
  double conductance = 0.0;       ///< microsiemens, the cell's own behind its access transistor, after the last pulse
  std::vector<CellPulse> pulses;  ///< in order; a verify before each and after the last
  std::vector<std::uint32_t> verify_reads;  ///< of each verify
  double pulse_energy_joule = 0.0;
  double pulse_charge_coulomb = 0.0;
  double verified_conductance_microsiemens = 0.0;
  bool converged = false;
};

inline CellWrite write_cell(const CellConfig& cell, const WriteVerifyConfig& config, const CellTraits& traits,
                            double start, const CellTarget& target, const CellStream& stream) {
  CellBatch batch;
  batch.add(0, static_cast<float>(start), static_cast<float>(target.conductance), static_cast<float>(target.tolerance),
            target.rewritten);
  batch.traits = {traits};
  CellWrites writes = write_cells(cell, config, stream.key, batch, true);
  const WrittenCell& written = writes.cells[0];
  CellWrite write;
  write.conductance = double{written.conductance};
  write.pulses = writes.pulses[0];
  write.verify_reads.assign(written.pulses + 1, 1);
  for (const FurtherReads& reads : writes.further_reads) write.verify_reads.at(reads.round) = reads.reads;
  write.pulse_energy_joule = written.energy_joule;
  write.pulse_charge_coulomb = written.charge_coulomb;
  write.verified_conductance_microsiemens = written.verified_microsiemens;
  write.converged = written.converged;
  return write;
}

}  // namespace palimpsest::test
