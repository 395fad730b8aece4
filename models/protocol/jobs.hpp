#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "models/physics/vector_operations.hpp"
#include "models/physics/write_group.hpp"

namespace palimpsest {

/// Bytes in the SRAM buffer that vector i of a job reads or writes: [address + i * stride, + bytes).
struct StridedRange {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  std::uint64_t stride = 0;
  bool per_sample = true;  ///< the address lies in the sample's slot and moves with it; adapters stay where they are
};

/// What all streaming jobs share: `vectors` vectors pass the unit one behind the other, each of them `passes` times: it
/// is fetched with its first pass and drained with its last.
struct StreamJob {
  std::uint32_t vectors = 1;
  std::uint32_t passes = 1;
  std::vector<StridedRange> fetches;
  std::vector<StridedRange> drains;
};

/// Vectors through a tile; the figures are those of one pass. A transposed read drives columns and senses rows.
struct TileJob : StreamJob {
  std::uint32_t driven_lines = 0;
  std::uint32_t sensed_lines = 0;     ///< lines that are converted
  std::uint32_t reference_lines = 0;  ///< lines that are amplified to be subtracted, and not converted
  std::uint32_t shift_adds = 0;       ///< conversions that are added to a sum over passes and slices
};

/// Matrix products on the LoRA unit. `preloads` (weights; vector index 0) are read once, before the first vector.
struct LoraJob : StreamJob {
  std::vector<StridedRange> preloads;
  std::uint64_t cycles_per_vector = 0;
  std::uint64_t macs_per_vector = 0;
};

/// Element-wise and reducing operations on the vector unit.
struct VectorJob : StreamJob {
  std::uint64_t cycles_per_vector = 0;
  VectorOperations operations_per_vector;
};

/// Data across the chip's edge; into the SRAM buffer when it has drains, out of it when it has fetches.
struct HostJob : StreamJob {
  std::uint64_t words_per_vector = 0;
};

/// Data between the SRAM buffer and the off-chip memory: a load when it has drains, a store when it has fetches.
struct OffChipJob : StreamJob {
  StridedRange memory;  ///< of a vector in the off-chip memory; `bytes` of it move

  bool loads() const { return !drains.empty(); }
};

/// Write-verify of the cells of one tile, group by group. The rounds come from the cell model.
struct ProgramJob {
  std::uint32_t tile = 0;
  std::vector<WriteGroup> groups;
};

using Job = std::variant<TileJob, LoraJob, VectorJob, HostJob, OffChipJob, ProgramJob>;

/// One step of a program: a job, the tile it runs on (tile jobs only), and the earlier steps of the same sample it
/// waits for.
struct Step {
  Job job;
  std::uint32_t tile = 0;
  std::vector<std::uint32_t> depends_on;
};

/// What the sequencer plays: the steps once for every sample. A sample's values live in its slot of the SRAM buffer;
/// sample i uses slot i mod `samples_in_flight` and starts once sample i - samples_in_flight is finished.
struct Program {
  std::vector<Step> steps;
  std::uint32_t samples = 1;
  std::uint32_t samples_in_flight = 1;
  std::uint64_t slot_bytes = 0;
};

/// What the sequencer hands to a unit. `job` and the program that owns it outlive the command.
template <class JobType>
struct Command {
  const JobType* job = nullptr;
  std::uint64_t slot_offset = 0;  ///< added to every per-sample address
  std::uint32_t sample = 0;
  std::uint32_t step = 0;
};

}  // namespace palimpsest
