#include "sim/mapping/job_cutting.hpp"

#include <algorithm>

namespace palimpsest {

namespace {

/// The largest number up to `extent` that `fits`, as all smaller ones do; 0 if none.
template <class Fits>
std::uint32_t largest(std::uint32_t extent, const Fits& fits) {
  std::uint32_t low = 0;
  std::uint32_t high = extent;
  while (low < high) {
    const std::uint32_t middle = high - (high - low) / 2;
    if (fits(middle)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace

template <class Runs>
std::uint32_t JobCutting::as_all_pieces_run(const Division& division, std::uint32_t count, const Runs& runs) {
  const auto all_run = [&] {
    for (std::uint32_t first = 0; first < division.extent; first += count) {
      if (!runs(division.piece(first, std::min(count, division.extent - first)))) return false;
    }
    return true;
  };
  while (count > 0 && !division.even && !all_run()) count /= 2;
  return count;
}

std::uint32_t JobCutting::most_that_fit(const Division& division) const {
  const Needs first = needs_of(division.piece(0, 1), buffers_);
  if (bytes_of(first, word_) > capacity_) return 0;
  const std::vector<std::uint32_t> shared = shared_buffers(division);
  Needs kept;
  for (const Need& need : first) {
    if (std::count(shared.begin(), shared.end(), need.buffer) != 0) kept.push_back(need);
  }
  const std::uint64_t kept_bytes = bytes_of(kept, word_);
  const std::uint64_t budget = kept_bytes + (capacity_ - kept_bytes) / 4;
  const std::uint32_t count = largest(
      division.extent, [&](std::uint32_t some) { return some == 1 || bytes(division.piece(0, some)) <= budget; });
  return as_all_pieces_run(division, count, [&](const DivisibleJob& piece) { return fits(piece); });
}

std::uint32_t JobCutting::most_that_can_be_cut(const Division& division) const {
  const std::uint32_t count =
      largest(division.extent, [&](std::uint32_t some) { return can_be_cut(division.piece(0, some)); });
  return as_all_pieces_run(division, count,
                           [&](const DivisibleJob& piece) { return fits(piece) || can_be_cut(piece); });
}

std::uint32_t JobCutting::best_count(const Division& division) const {
  const std::uint32_t fitting = most_that_fit(division);
  const std::uint32_t cut = most_that_can_be_cut(division);
  return cut > fitting && !fits(division.piece(0, cut)) ? cut : fitting;
}

bool JobCutting::can_be_cut(const DivisibleJob& task) const {
  const auto by_vectors = division_by_vectors(task.job);
  if (by_vectors != nullptr && most_that_fit(*by_vectors) > 0) return true;
  return task.division != nullptr && (most_that_fit(*task.division) > 0 || most_that_can_be_cut(*task.division) > 0);
}

std::vector<std::uint32_t> JobCutting::shared_buffers(const Division& division) const {
  std::vector<std::uint32_t> shared;
  if (division.extent == 1) return shared;
  const Needs last = needs_of(division.piece(division.extent - 1, 1), buffers_);
  for (const Need& need : needs_of(division.piece(0, 1), buffers_)) {
    for (const Need& other : last) {
      if (other.buffer == need.buffer && other.part == need.part) shared.push_back(need.buffer);
    }
  }
  return shared;
}

std::uint64_t JobCutting::least_bytes(const DivisibleJob& task) const {
  std::uint64_t least = bytes(task);
  for (const auto& division : {division_by_vectors(task.job), task.division}) {
    if (division != nullptr && division->extent > 1) least = std::min(least, least_bytes(division->piece(0, 1)));
  }
  return least;
}

}  // namespace palimpsest
