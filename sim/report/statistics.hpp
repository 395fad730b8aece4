#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/run/figures.hpp"

namespace palimpsest {

// Every statistic is declared here once, with name, unit and meaning; JSON and text are made from these tables.

/// A statistic that is `member` of `Owner`.
template <class Owner, class Value>
struct Statistic {
  std::string_view name;   ///< key in the JSON report
  std::string_view title;  ///< in tables
  std::string_view unit;
  std::string_view meaning;
  Value Owner::*member;
};

inline constexpr std::array<Statistic<Writes, std::uint64_t>, 8> write_statistics{{
    {"rm_cells", "RM cells", "cells", "resistive cells addressed for writing, reference cells included",
     &Writes::rm_cells},
    {"rm_forming_pulses", "forming", "pulses", "forming pulses, one for each cell before its first write",
     &Writes::rm_forming_pulses},
    {"rm_set_pulses", "SET", "pulses", "SET pulses", &Writes::rm_set_pulses},
    {"rm_reset_pulses", "RESET", "pulses", "RESET pulses", &Writes::rm_reset_pulses},
    {"rm_verify_reads", "verify", "reads", "verify reads of single cells", &Writes::rm_verify_reads},
    {"rm_failed_cells", "failed", "cells", "cells given up outside the tolerance after the largest number of cycles",
     &Writes::rm_failed_cells},
    {"rm_clipped_weights", "clipped", "weights",
     "written weights beyond their layer's scale, cut at the window's edge; once for every write that changes them",
     &Writes::rm_clipped_weights},
    {"sram_words", "SRAM words", "words", "words written to the SRAM buffer", &Writes::sram_words},
}};

inline constexpr std::array<Statistic<Dissipation, double>, 3> dissipation_statistics{{
    {"crossbar", "crossbar", "J",
     "of the crossbar's energy, what becomes heat in cells and wires: V^2 G t; the rest drivers and amplifiers take",
     &Dissipation::crossbar},
    {"rm_write", "rm_write", "J",
     "heat of forming, SET and RESET pulses in cells and access transistors, part of the component of this name",
     &Dissipation::rm_write},
    {"rm_verify", "rm_verify", "J", "the same of verify reads", &Dissipation::rm_verify},
}};

inline constexpr std::array<Statistic<Conversions, std::uint64_t>, 4> conversion_statistics{{
    {"dac_updates", "DAC", "updates", "codes put on driven lines of the tiles, once in every pass",
     &Conversions::dac_updates},
    {"spike_updates", "spikes", "updates", "spikes put on lines of the tiles", &Conversions::spike_updates},
    {"adc_conversions", "ADC", "conversions", "conversions of the tiles' ADCs", &Conversions::adc_conversions},
    {"shift_adds", "shift-add", "conversions", "of these, shifted and added to a sum over passes and slices",
     &Conversions::shift_adds},
}};

inline constexpr std::array<Statistic<BufferTraffic, std::uint64_t>, 2> buffer_statistics{{
    {"read_words", "read", "words", "words of its width read from the SRAM buffer", &BufferTraffic::read_words},
    {"written_words", "written", "words", "words of its width written to the SRAM buffer",
     &BufferTraffic::written_words},
}};

inline constexpr std::array<Statistic<OffChipTraffic, std::uint64_t>, 2> off_chip_statistics{{
    {"loaded_words", "loaded", "words", "32-bit words from the off-chip memory into the SRAM buffer",
     &OffChipTraffic::loaded_words},
    {"stored_words", "stored", "words", "32-bit words from the SRAM buffer to the off-chip memory",
     &OffChipTraffic::stored_words},
}};

inline constexpr std::array<Statistic<Activity, std::uint64_t>, 5> saturation_statistics{{
    {"dac", "DAC", "codes", "values cut at the range of the tiles' DACs", &Activity::saturated_dac},
    {"tia", "TIA", "samples", "outputs cut at the saturation of the tiles' TIAs", &Activity::saturated_tia},
    {"adc", "ADC", "codes", "codes cut at the range of the tiles' ADCs", &Activity::saturated_adc},
    {"lora_unit", "LoRA unit", "codes", "codes cut at the range of the LoRA unit", &Activity::saturated_lora},
    {"storage", "storage", "codes", "codes cut at the range of values in the SRAM buffer",
     &Activity::saturated_storage},
}};

struct StageStatistic {
  std::string_view name;
  std::string_view title;
  std::string_view unit;
  std::string_view meaning;
};

inline constexpr StageStatistic age_statistic{
    "age_seconds", "age", "s", "time from the deployment of a phase to its evaluation, when the next phase begins"};
inline constexpr StageStatistic energy_statistic{"energy_j", "energy", "J",
                                                 "energy of the stage, the sum of its components"};
inline constexpr StageStatistic active_energy_statistic{
    "active_energy_j", "active energy", "J",
    "energy of the stage without the components leakage and static_power, which grow with its time alone"};
inline constexpr StageStatistic cycles_statistic{
    "cycles", "cycles", "cycles", "clock cycles from the stage's start to its end (of the GPU's clock for the GPU)"};
inline constexpr StageStatistic seconds_statistic{"seconds", "time", "s", "the same in seconds"};
inline constexpr StageStatistic memory_wait_statistic{
    "memory_wait_cycles", "memory wait", "cycles",
    "cycles that requests waited for a bank of the SRAM buffer, summed over all requests"};
inline constexpr StageStatistic updates_statistic{"updates", "updates", "updates",
                                                  "trained parameters times training steps"};
inline constexpr StageStatistic trains_statistic{"trains", "trains", "text",
                                                 "what a training run trains: backbone (all parameters) or adapter"};
inline constexpr StageStatistic adapter_statistic{"adapter", "adapter", "text",
                                                  "the trained adapter; null: the run trains the backbone"};
inline constexpr StageStatistic steps_statistic{"steps", "steps", "steps",
                                                "training steps, each one update of all trained parameters"};
inline constexpr StageStatistic batch_size_statistic{"batch_size", "batch", "samples", "samples of a training step"};
inline constexpr StageStatistic sample_passes_statistic{
    "sample_passes", "sample passes", "samples", "samples taken forward and backward in training: steps x batch size"};
inline constexpr StageStatistic energy_per_step_statistic{"energy_per_step_j", "energy per step", "J",
                                                          "training energy over training steps; null: there are none"};
inline constexpr StageStatistic energy_per_pass_statistic{
    "energy_per_sample_pass_j", "energy per pass", "J",
    "training energy over sample passes, the measure at equal work; null: there are none"};
inline constexpr StageStatistic seconds_per_pass_statistic{"seconds_per_sample_pass", "time per pass", "s",
                                                           "training time over sample passes; null: there are none"};

inline constexpr StageStatistic energy_per_sample_statistic{"energy_per_sample_j", "energy per sample", "J",
                                                            "inference energy over samples; null: there are none"};
inline constexpr StageStatistic seconds_per_sample_statistic{
    "seconds_per_sample", "time per sample", "s",
    "inference time over samples, which overlap on the chip; null: there are none"};

inline constexpr StageStatistic latency_statistic{
    "latency_seconds", "latency", "s",
    "from the first word that is fetched for a sample to its result, of a sample by itself; on the GPU of its batch"};

struct RunPart {
  StageStatistic statistic;
  TrainingPart TrainingRunFigures::*member = nullptr;
};

inline constexpr std::array<RunPart, 3> run_parts{{
    {{"forward", "forward", "J, cycles, s", "forward passes, played by themselves"}, &TrainingRunFigures::forward},
    {{"backward", "backward", "J, cycles, s",
      "loss and backward passes: what batches take beyond their forward passes by themselves"},
     &TrainingRunFigures::backward},
    {{"update", "update", "J, cycles, s", "parameter updates"}, &TrainingRunFigures::update},
}};
inline constexpr StageStatistic array_updates_statistic{
    "arrays", "arrays", "J, cycles, s", "reads and writes of the resistive arrays in training, not part of any run"};
inline constexpr StageStatistic active_inputs_statistic{"active_inputs", "active inputs", "share",
                                                        "input codes of products with a weight other than zero, over "
                                                        "all, by weight; of spikes the rate at which they come"};
inline constexpr StageStatistic samples_statistic{"samples", "samples", "samples", "samples inferred"};
inline constexpr StageStatistic cells_statistic{"cells", "cells", "cells",
                                                "resistive cells in use, reference cells and stuck ones included"};
inline constexpr StageStatistic pulse_count_statistic{
    "largest_pulse_count", "most pulses", "pulses",
    "SET and RESET pulses of the most written working cell since it was new"};
inline constexpr StageStatistic mean_pulse_count_statistic{"mean_pulse_count", "mean pulses", "pulses",
                                                           "the same in the mean over all working cells in use"};
inline constexpr StageStatistic endurance_statistic{
    "endurance_share", "endurance used", "share",
    "pulses of the most written cell, two to a SET/RESET cycle, over the cell's endurance"};
inline constexpr StageStatistic past_endurance_statistic{"cells_past_endurance", "past endurance", "cells",
                                                         "cells with more pulses than their endurance"};
inline constexpr StageStatistic rounds_left_statistic{
    "rounds_left", "rounds left", "phases",
    "expected number of further phases like this one until the first cell has taken the pulses of its endurance, if "
    "its pulses vary from phase to phase as they vary from cell to cell, so too high where cells differ for good; "
    "null: this phase pulsed none"};
inline constexpr StageStatistic least_rounds_left_statistic{
    "least_rounds_left", "at least", "phases",
    "a lower bound: the same if every phase costs every cell what this one did"};
inline constexpr StageStatistic cell_age_statistic{
    "mean_age_seconds", "mean age", "s",
    "time since the last pulse when the phase is evaluated, mean over pulsed cells"};
inline constexpr StageStatistic at_peak_statistic{
    "inference_energy_at_peak_j", "at peak", "J",
    "the GPU's inference at its peak rate, without launches or memory traffic"};

}  // namespace palimpsest
