#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "models/modules/chip_config.hpp"
#include "models/physics/actions.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest::schedule {

using JobPointer = std::variant<const TileJob*, const LoraJob*, const VectorJob*, const HostJob*, const OffChipJob*,
                                const ProgramJob*>;

/// Loads of a DAC bank that depend on how many lines are driven.
struct Loads {
  const DrivenLines* driven = nullptr;
  std::uint32_t first_vector = 0;
  std::uint64_t bits_of_all_lines = 0;
  std::uint64_t bits_of_driven_line = 0;
  std::uint64_t width = 1;
  std::uint64_t settling = 0;

  /// Cycles for a pass of vector `vector` of a job.
  std::uint64_t service(std::size_t sample, std::uint64_t vector, std::uint64_t pass) const;
};

/// A job as its unit sees it: `service[k]` cycles in stage k. The programmer is a unit of one stage that passes the
/// whole job as one vector without memory: its intake is then free when the job is done, as the contract wants it.
struct Work {
  JobPointer job;
  std::size_t unit = 0;
  std::uint32_t vectors = 1;
  std::uint32_t passes = 1;
  std::vector<StridedRange> preloads;
  std::vector<StridedRange> fetches;
  std::vector<StridedRange> drains;
  std::vector<std::uint64_t> service;
  std::optional<Loads> loads;        ///< none: `service` has the DAC bank's cycles
  std::optional<std::size_t> lanes;  ///< the stage; with a vector's last pass it takes longer than `service` says
  std::uint64_t lots = 1;            ///< of conversions
  std::uint64_t lane_cycles = 0;
  std::uint64_t lane_latency = 0;
  bool feeds_adapters = false;      ///< its vectors go to the LoRA unit too
  std::uint64_t result_cycles = 0;  ///< of its adapters
  bool is_fed = false;              ///< its vectors come from a tile group's fetch
};

/// Units that follow the tile groups. Unit u has the ports 2u (fetch) and 2u + 1 (drain); the programmer's stay silent.
enum AfterGroups : std::size_t { lora_unit, vector_unit, host_port, off_chip, programmer, kinds_after_groups };

/// Of each step of `program` its job, then, if it has some, its adapters, as their units see them. They point into
/// `program`. Throws std::out_of_range for a tile group that does not exist, std::invalid_argument for adapters that do
/// not take just the vectors of their tile job.
std::vector<std::vector<Work>> works_of(const ChipConfig& config, const Program& program);

/// Bits that a job of the LoRA unit writes into its registers.
std::uint64_t register_bits_of(const Work& work);

/// Adds the actions of one pass of a vector of `work`.
void count_pass(const Work& work, ActionCounts& counts);

/// Adds the actions of one vector of `work` that its passes have not.
void count_vector(const Work& work, ActionCounts& counts);

}  // namespace palimpsest::schedule
