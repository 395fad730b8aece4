#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "models/protocol/jobs.hpp"

namespace palimpsest {

struct Division;

/// A job, and how it may be cut where its values are larger than the SRAM buffer.
struct DivisibleJob {
  Job job;
  std::shared_ptr<const Division> division;  ///< null: by its vectors alone
  /// Between what it uses of a buffer: room for it is found too, so that pieces that use what lies there find it.
  std::vector<StridedRange> around = {};
};

/// Pieces of a job along an axis: done one after the other they are the job.
struct Division {
  std::uint32_t extent = 1;
  std::function<DivisibleJob(std::uint32_t first, std::uint32_t count)> piece;
  bool even = true;  ///< pieces of a size need as much, wherever they begin
};

/// Pieces of some of the job's vectors each; null for a job of a single vector and for one of the programmer.
std::shared_ptr<const Division> division_by_vectors(const Job& job);

/// Calls `visit` with each range of a streaming job, the vectors it moves on with, and whether it is written.
void for_each_range(Job& job, const std::function<void(StridedRange&, std::uint32_t vectors, bool written)>& visit);

}  // namespace palimpsest
