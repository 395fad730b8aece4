#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/physics/actions.hpp"
#include "models/physics/energy.hpp"
#include "models/physics/wear.hpp"
#include "sim/network/deployed_network.hpp"
#include "sim/run/outcome.hpp"
#include "sim/run/provenance.hpp"
#include "sim/run/selection.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// What a stage did on a chip, before it is priced.
struct ChipWork {
  std::uint64_t cycles = 0;
  std::uint64_t memory_wait_cycles = 0;
  ActionCounts counts;
  AnalogueEnergy analogue;
  Dissipation dissipated;
  std::uint64_t failed_cells = 0;     ///< cells given up by write-verify
  std::uint64_t clipped_weights = 0;  ///< written weights beyond their layer's scale
};

struct NamedEnergy {
  std::string_view component;
  double joule = 0.0;
};

struct Writes {
  std::uint64_t rm_cells = 0;
  std::uint64_t rm_forming_pulses = 0;
  std::uint64_t rm_set_pulses = 0;
  std::uint64_t rm_reset_pulses = 0;
  std::uint64_t rm_verify_reads = 0;
  std::uint64_t rm_failed_cells = 0;
  std::uint64_t rm_clipped_weights = 0;
  std::uint64_t sram_words = 0;
};

/// What products on the tiles took of converters; verify reads are apart.
struct Conversions {
  std::uint64_t dac_updates = 0;
  std::uint64_t spike_updates = 0;
  std::uint64_t adc_conversions = 0;
  std::uint64_t shift_adds = 0;
};

/// Accesses of the SRAM buffer, in words of its width.
struct BufferTraffic {
  std::uint64_t read_words = 0;
  std::uint64_t written_words = 0;
};

/// Words of 32 bits between the SRAM buffer and the off-chip memory.
struct OffChipTraffic {
  std::uint64_t loaded_words = 0;
  std::uint64_t stored_words = 0;
};

/// One stage of one phase, as it is reported. The components sum to the energy exactly, in any order.
struct StageFigures {
  double energy_joule = 0.0;
  std::uint64_t cycles = 0;
  double seconds = 0.0;
  std::uint64_t memory_wait_cycles = 0;  ///< of all requests for the SRAM buffer
  std::vector<NamedEnergy> components;
  Dissipation dissipated;
  Conversions conversions;
  Writes writes;
  BufferTraffic sram;
  OffChipTraffic off_chip;
};

/// A part of a training stage, all steps together.
struct TrainingPart {
  double energy_joule = 0.0;
  std::uint64_t cycles = 0;
  double seconds = 0.0;
};

/// One training run of a phase on one machine.
struct TrainingRunFigures {
  std::string adapter;  ///< trained adapter; empty: the backbone
  std::uint64_t steps = 0;
  std::uint32_t batch_size = 0;
  TrainingPart forward;
  TrainingPart backward;  ///< what a batch takes beyond its forward passes alone
  TrainingPart update;

  /// Samples taken forward and backward.
  std::uint64_t sample_passes() const { return steps * batch_size; }
  TrainingPart whole() const;
};

/// The arrays of a machine when a phase is evaluated.
struct Wear {
  std::uint64_t cells = 0;
  std::uint64_t largest_pulse_count = 0;
  double mean_pulse_count = 0.0;
  double endurance_share = 0.0;
  std::uint64_t cells_past_endurance = 0;
  std::optional<std::uint64_t> rounds_left;  ///< expected; empty: without end, since the phase pulsed no cell
  std::optional<std::uint64_t> least_rounds_left;
  double mean_age_seconds = 0.0;
};

/// One phase as one machine lived it.
struct PhaseFigures {
  StageFigures training;
  StageFigures deployment;
  StageFigures inference;
  std::vector<TrainingRunFigures> training_runs;
  TrainingPart array_updates;    ///< part of the training: reads and writes of the resistive arrays
  std::uint64_t updates = 0;     ///< parameters trained x steps
  std::uint64_t samples = 0;     ///< inferred
  double latency_seconds = 0.0;  ///< of one sample that is inferred by itself
  Outcome outcome;
  Outcome float_outcome;
  Activity activity;  ///< of the inference
  Wear wear;

  std::uint64_t steps() const;          ///< of all training runs
  std::uint64_t sample_passes() const;  ///< of all training runs
};

struct PhaseReport {
  std::string name;
  PhaseFigures hybrid;
  PhaseFigures rm_rewrite;
  PhaseFigures gpu;
  double gpu_inference_at_peak_joule = 0.0;  ///< the GPU's inference at its peak rate, without launches or memory
};

struct RunReport {
  Provenance provenance;
  std::string architecture;
  std::string energy_table;
  std::string resistive_memory;  ///< name of the cell
  std::string retention;
  std::string gpu;
  std::string trace;
  TaskKind task = TaskKind::classify;
  std::uint64_t seed = 0;
  double age_seconds = 0.0;  ///< between a phase's deployment and its evaluation
  std::uint64_t clock_period_ps = 0;
  std::uint64_t tiles = 0;
  RunSelection selection;  ///< what the phases have figures of
  std::vector<PhaseReport> phases;
};

/// The figures of worn arrays.
Wear wear_figures(const ArrayWear& wear, double endurance_cycles);

/// Sets components and total. The components are rounded to a multiple of 2^-50 of the total's power of two, so that
/// sums of them are exact in double precision.
void set_energy(StageFigures& stage, std::vector<NamedEnergy> components);

/// The stage's energy without leakage and static power, which grow with its time and not with its work.
double active_energy_joule(const StageFigures& stage);

/// The same for a stage with parts, whose components are all those of `stage`: rounds the parts' components to one
/// multiple, and sets `stage`'s to their sums. Sums of parts and of components are exact.
void set_energy(StageFigures& stage, const std::vector<StageFigures*>& parts);

TrainingPart& operator+=(TrainingPart& sum, const TrainingPart& addend);
/// A part of all training runs together.
TrainingPart sum_of_runs(const PhaseFigures& figures, TrainingPart TrainingRunFigures::*part);
/// Energy and time of `stage`.
TrainingPart training_part(const StageFigures& stage);

}  // namespace palimpsest
