#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "models/physics/vector_operations.hpp"
#include "models/physics/write_rounds.hpp"

namespace palimpsest {

/// Bytes in the SRAM buffer that vector i of a job reads or writes: `rows` pieces, of which piece r is
/// [address + i * stride + r * row_stride, + bytes). More than one row: the vector is a column of a matrix.
struct StridedRange {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  std::uint64_t stride = 0;
  bool per_sample = true;  ///< the address lies in the sample's slot and moves with it; adapters stay where they are
  std::uint32_t rows = 1;
  std::uint64_t row_stride = 0;
  /// Vectors whose pieces lie side by side and are moved at once: read with the first of them, written with the last.
  std::uint32_t together = 1;
};

/// Vectors [first, first + count) of a job's.
struct VectorSpan {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

/// Which of a job's `vectors` are moved when `range` is read (written) with `vector`.
VectorSpan moved_with(const StridedRange& range, std::uint64_t vector, std::uint64_t vectors, bool written);

/// What all streaming jobs share: `vectors` vectors pass the unit one behind the other, each of them `passes` times: it
/// is fetched with its first pass and drained with its last. `preloads` (vector index 0) are read once, before the
/// first vector.
struct StreamJob {
  std::uint32_t vectors = 1;
  std::uint32_t passes = 1;
  std::vector<StridedRange> preloads;
  std::vector<StridedRange> fetches;
  std::vector<StridedRange> drains;
};

/// Matrix products on the LoRA unit.
struct LoraJob : StreamJob {
  std::uint64_t cycles_per_vector = 0;
  std::uint64_t macs_per_vector = 0;
  std::optional<std::uint32_t> fed_by;     ///< the tile group whose vectors it gets, as its adapters; none: it fetches
  std::uint64_t fed_words_per_vector = 0;  ///< words of the SRAM buffer's width between that group and the LoRA unit
  /// From the first to the last of the results that a tile of that group gets for a vector: the end of its cycles.
  std::uint64_t result_cycles = 0;
};

/// How many lines a product drives on the tile of a group that drives most, for every sample of a program.
struct DrivenLines {
  std::uint32_t samples = 0;
  std::uint32_t vectors = 0;  ///< of a sample
  std::uint32_t passes = 0;
  std::vector<std::uint32_t> lines;  ///< [samples, vectors, passes]

  std::uint32_t& at(std::uint64_t sample, std::uint64_t vector, std::uint64_t pass) {
    return lines[static_cast<std::size_t>((sample * vectors + vector) * passes + pass)];
  }
  std::uint32_t at(std::uint64_t sample, std::uint64_t vector, std::uint64_t pass) const {
    return lines[static_cast<std::size_t>((sample * vectors + vector) * passes + pass)];
  }
};

/// Vectors through the tiles of a group. A transposed read drives columns and senses rows. Lines are those of one pass,
/// and of all tiles of the group unless they are said to be of one.
struct TileJob : StreamJob {
  std::uint32_t driven_lines = 0;       ///< if none is gated
  std::uint32_t sensed_lines = 0;       ///< lines that are converted
  std::uint32_t reference_lines = 0;    ///< lines that are amplified to be subtracted, and not converted
  std::uint32_t zero_checks = 0;        ///< of a vector: codes that are compared with zero, to gate their lines
  std::uint32_t shift_adds = 0;         ///< conversions that are added to a sum over passes and slices
  std::uint32_t most_driven_lines = 0;  ///< of the tile that drives most
  std::uint32_t most_sensed_lines = 0;  ///< of the tile that senses most
  bool spikes = false;                  ///< driven lines carry a spike or nothing
  std::uint32_t product = 0;            ///< the network's execution that this is a product of; forward reads alone
  std::uint32_t first_vector = 0;       ///< which of the product's vectors the job's first one is
  std::shared_ptr<const DrivenLines> driven;  ///< of the product; null: all lines are loaded
  VectorOperations lane_operations;           ///< of a vector, by the lanes behind the converters
  std::uint64_t lane_cycles = 0;              ///< in which they take up the elements of a vector
  std::uint64_t lane_latency = 0;             ///< from taking up an element to its result
  std::uint64_t group_wire_bits = 0;          ///< of a vector, by one tile pitch, between the tiles of the group
  std::optional<LoraJob> adapters;            ///< done by the LoRA unit at the same time
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

/// Write-verify of the cells of one tile, round after round. The rounds come from the cell model.
struct ProgramJob {
  std::uint32_t tile_group = 0;  ///< that the tile belongs to
  WriteRounds rounds;
};

using Job = std::variant<TileJob, LoraJob, VectorJob, HostJob, OffChipJob, ProgramJob>;

/// One step of a program: a job, the tile group it runs on (tile jobs only), and the earlier steps of the same sample
/// it waits for.
struct Step {
  Job job;
  std::uint32_t tile_group = 0;
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
