#pragma once

#include <cstdint>
#include <vector>

#include "sim/mapping/buffer_needs.hpp"

namespace palimpsest {

/// How jobs are cut for an SRAM buffer that does not hold what they need.
class JobCutting {
 public:
  JobCutting(const BufferTable& buffers, std::uint64_t capacity, std::uint32_t word)
      : buffers_(buffers), capacity_(capacity), word_(word) {}

  /// Whether the buffer holds the parts that the job uses, and what lies between them.
  bool fits(const DivisibleJob& task) const { return bytes(task) <= capacity_; }
  /// Vectors of a piece, or whatever the division goes along, whose parts take no more than a quarter of what is left
  /// beside what all pieces share, so that others are loaded and stored meanwhile; at least one, if it fits at all,
  /// else 0.
  std::uint32_t most_that_fit(const Division& division) const;
  /// The same for pieces that fit once they are cut themselves.
  std::uint32_t most_that_can_be_cut(const Division& division) const;
  /// The larger of both; pieces that fit as they are, but leave less room beside them, are not taken. 0: there is none.
  std::uint32_t best_count(const Division& division) const;
  /// Buffers of which every piece needs the same part.
  std::vector<std::uint32_t> shared_buffers(const Division& division) const;
  /// Of the smallest pieces.
  std::uint64_t least_bytes(const DivisibleJob& task) const;

 private:
  std::uint64_t bytes(const DivisibleJob& task) const { return bytes_of(needs_of(task, buffers_), word_); }
  /// `count`, or the first half of it, of that, and so on, with which `runs` holds for all pieces, not the first alone.
  template <class Runs>
  static std::uint32_t as_all_pieces_run(const Division& division, std::uint32_t count, const Runs& runs);
  bool can_be_cut(const DivisibleJob& task) const;

  const BufferTable& buffers_;
  std::uint64_t capacity_;
  std::uint32_t word_;
};

}  // namespace palimpsest
