#pragma once

#include <cstdint>
#include <vector>

#include "models/protocol/jobs.hpp"
#include "sim/mapping/buffer_access.hpp"

namespace palimpsest {

/// The same steps with the buffers of a sample at other addresses, where one follows another once nobody reads that any
/// more.
struct ReusedSlot {
  std::vector<Step> steps;
  std::uint64_t slot_bytes = 0;
};

/// Goes through the steps in their order, gives each buffer the lowest free place as it is first used and frees it
/// after its last use. Whoever writes a buffer waits for those that used its place before. What is there once stays.
ReusedSlot reuse_slot(std::vector<Step> steps, const BufferTable& buffers);

}  // namespace palimpsest
