#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/mapping/buffer_access.hpp"
#include "sim/mapping/divisible_job.hpp"

namespace palimpsest {

/// A part of a buffer that a job needs in the SRAM buffer, and the parts of it that it reads and writes.
struct Need {
  std::uint32_t buffer = 0;
  BufferPart part;
  std::optional<BufferPart> read;
  std::optional<BufferPart> written;
  std::uint64_t written_bytes = 0;

  /// Whether every byte of what is written is.
  bool writes_all() const;
};

using Needs = std::vector<Need>;

/// One of each buffer that the job uses. A block of a matrix, which has a range for each of its rows, is one part.
Needs needs_of(const DivisibleJob& task, const BufferTable& buffers);

/// Whole rows with what lies between them, so that they are one range.
BufferPart with_padding(const Placement& buffer, BufferPart part);

/// Length of a row of a copy of `part`: its words are those of the buffer.
std::uint32_t row_stride_of(const BufferPart& part, std::uint32_t word);

/// Of copies of all of them.
std::uint64_t bytes_of(const Needs& needs, std::uint32_t word);

}  // namespace palimpsest
