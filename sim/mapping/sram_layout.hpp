#pragma once

#include <cstdint>
#include <vector>

#include "models/physics/sram.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// Where a matrix lies in the SRAM buffer: its rows one behind the other, each starting on a word.
struct Placement {
  std::uint64_t address = 0;
  std::uint32_t rows = 0;
  std::uint32_t row_bytes = 0;   ///< used
  std::uint32_t row_stride = 0;  ///< from row to row
  bool per_sample = true;

  StridedRange row() const { return {address, row_bytes, row_stride, per_sample}; }
  /// Its columns as vectors, of elements of `element_bytes`; those of a word of `word` bytes are moved together.
  StridedRange column(std::uint32_t element_bytes, std::uint32_t word) const;
  /// `bytes` of every row, from byte `offset` on.
  StridedRange part_of_row(std::uint32_t offset, std::uint32_t bytes) const;
  /// Whether the rows lie without gaps.
  bool is_dense() const { return rows == 1 || row_bytes == row_stride; }
  /// `count` of its rows, from row `first` on.
  Placement rows_from(std::uint32_t first, std::uint32_t count) const;
  StridedRange whole() const { return {address, std::uint64_t{rows} * row_stride, 0, per_sample}; }
};

/// Hands out buffers as if the SRAM buffer had no end: what every sample needs grows from address 0 and is repeated for
/// every sample in flight; what is there once (adapters, parameters, optimiser state) grows from the top downwards, and
/// on beyond address 0 in modular arithmetic. Where all of it fits these are the addresses, else the plan gives others.
class SramLayout {
 public:
  explicit SramLayout(const SramConfig& config) : config_(config) {}

  Placement per_sample(std::uint32_t rows, std::uint32_t columns, int bits);
  Placement fixed(std::uint32_t rows, std::uint32_t columns, int bits);
  /// What lies from byte `offset` of `placement` on, as a matrix of other rows.
  Placement view(const Placement& placement, std::uint64_t offset, std::uint32_t rows, std::uint32_t columns,
                 int bits) const;

  std::uint64_t slot_bytes() const { return slot_bytes_; }
  std::uint64_t fixed_bytes() const { return fixed_bytes_; }
  std::uint64_t top() const { return capacity_bytes(config_); }       ///< where what is there once begins
  const std::vector<Placement>& buffers() const { return buffers_; }  ///< in the order they were handed out
  /// Bytes used with `samples_in_flight` slots.
  std::uint64_t needed_bytes(std::uint32_t samples_in_flight) const {
    return slot_bytes_ * samples_in_flight + fixed_bytes_;
  }

 private:
  Placement place(std::uint32_t rows, std::uint32_t columns, int bits) const;

  SramConfig config_;
  std::uint64_t slot_bytes_ = 0;
  std::uint64_t fixed_bytes_ = 0;
  std::vector<Placement> buffers_;
};

}  // namespace palimpsest
