#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "models/physics/sram.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest::test {

/// Bytes of the SRAM buffer that a step reads, [address, address + bytes). A whole matrix is read with what lies
/// between its rows.
struct ReadRange {
  std::uint32_t step = 0;
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  bool whole = false;
};

/// What a program does with the SRAM buffer, told from its jobs and their dependencies alone.
struct DataFlow {
  std::vector<std::string> faults;               ///< one line each
  std::vector<std::set<std::uint32_t>> sources;  ///< by step: whose bytes it reads, over any number of others
  std::vector<ReadRange> borrowed;               ///< that are there once and no step before the reader drains
  std::set<std::uint64_t> drained;               ///< bytes that are there once and are drained
};

/// Follows every byte of `program`. Faults are:
/// - a range outside its slot, or, of what is there once, outside the buffer or within a slot;
/// - a job that drains a byte twice;
/// - a byte of a slot that is read and that no step before the reader, over any number of others, drains; what lies
///   between the end of a row and the next word comes along with a whole matrix;
/// - a byte that is read by one step and drained by another without an order between them, or drained by both;
/// - a byte of a slot that is drained and never read;
/// - a step, of another unit than a tile, that reads a part of what one range of a job drains;
/// - a step that waits for one of which it reads nothing (the programmer's jobs apart).
/// Of what the steps `cut` drain, parts may be read, and parts never: a slice of a value is a view of it.
/// Sums over a batch are no fault: steps that read what they drain, all on one unit, which takes jobs in turn and
/// forwards. With several samples nothing else may drain what is there once.
DataFlow data_flow(const Program& program, const SramConfig& sram, const std::set<std::uint32_t>& cut = {});

/// Faults of `borrowed` ranges where not all is `resident`, by the same rule for what lies between rows.
std::vector<std::string> missing(const std::vector<ReadRange>& borrowed, const std::set<std::uint64_t>& resident,
                                 const SramConfig& sram);

/// All lines in one, for a message.
std::string lines_of(const std::vector<std::string>& faults);

}  // namespace palimpsest::test
