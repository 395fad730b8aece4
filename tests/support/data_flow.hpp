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
  std::set<std::uint64_t> off_chip_borrowed;     ///< there once off the chip, and used before a step stores them
  std::set<std::uint64_t> off_chip_drained;      ///< there once off the chip, and stored
};

/// Follows every byte of `program` in the order of its steps, through the off-chip memory too: a transfer passes on
/// what it reads. Faults are:
/// - a range outside its slot, or, of what is there once, outside the buffer or within a slot; use of the off-chip
///   memory with several samples in flight;
/// - a job that drains a byte twice, a transfer that moves another number of bytes than it reads;
/// - a byte of a slot that is read, or loaded, and that no step before drained, or stored; what lies between the end of
///   a row and the next word comes along with a whole matrix;
/// - two steps that use a byte, one of them draining it, without an order between them: so a place that is used again
///   before its last reader is done is one;
/// - a byte of a slot that is drained and of which no step that computes reads what was drained, before another one
///   takes its place;
/// - what is there once off the chip and is stored in every sample without being a sum with what was there;
/// - where no place is used again: a step that reads a part of what one range of a job drains, tiles that read a part
///   of every row apart, and a step that waits for one of which it reads nothing (the programmer's jobs apart);
/// - adapters of a tile job that have other vectors than it, or do not get them from its group.
/// Of what the steps `cut` drain, parts may be read, and parts never: a slice of a value is a view of it.
/// Sums over a batch are no fault: steps that read what they drain, all on one unit, which takes jobs in turn and
/// forwards. With several samples nothing else may drain what is there once.
DataFlow data_flow(const Program& program, const SramConfig& sram, const std::set<std::uint32_t>& cut = {});

/// Faults of `borrowed` ranges where not all is `resident`, by the same rule for what lies between rows.
std::vector<std::string> missing(const std::vector<ReadRange>& borrowed, const std::set<std::uint64_t>& resident,
                                 const SramConfig& sram);

/// Faults of bytes `borrowed` off the chip that are not `resident`.
std::vector<std::string> missing_off_chip(const std::set<std::uint64_t>& borrowed,
                                          const std::set<std::uint64_t>& resident);

/// All lines in one, for a message.
std::string lines_of(const std::vector<std::string>& faults);

}  // namespace palimpsest::test
