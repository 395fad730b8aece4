#include "sim/mapping/buffer_needs.hpp"

#include <algorithm>

#include "models/physics/clock.hpp"

namespace palimpsest {

bool Need::writes_all() const {
  return written && written_bytes >= std::uint64_t{written->rows()} * written->bytes_of_row();
}

Needs needs_of(const DivisibleJob& task, const BufferTable& buffers) {
  Needs needs;
  for (const BufferAccess& access : buffers.accesses(task.job)) {
    auto need = std::find_if(needs.begin(), needs.end(), [&](const Need& one) { return one.buffer == access.buffer; });
    if (need == needs.end()) need = needs.insert(needs.end(), {access.buffer, access.part, {}, {}});
    need->part = hull(need->part, access.part);
    std::optional<BufferPart>& used = access.written ? need->written : need->read;
    used = used ? hull(*used, access.part) : access.part;
    if (access.written) need->written_bytes += access.bytes;
  }
  for (const StridedRange& range : task.around) {
    const std::uint32_t buffer = buffers.find(range);
    for (Need& need : needs) {
      if (need.buffer == buffer) need.part = hull(need.part, buffers.part_of(buffer, range, 1));
    }
  }
  for (Need& need : needs) need.part = with_padding(buffers[need.buffer], need.part);
  return needs;
}

BufferPart with_padding(const Placement& buffer, BufferPart part) {
  if (part.first_byte == 0 && part.end_byte >= buffer.row_bytes) part.end_byte = buffer.row_stride;
  return part;
}

std::uint32_t row_stride_of(const BufferPart& part, std::uint32_t word) {
  const std::uint32_t before = part.first_byte % word;
  return static_cast<std::uint32_t>(ceil_div(std::uint64_t{before} + part.bytes_of_row(), word)) * word;
}

std::uint64_t bytes_of(const Needs& needs, std::uint32_t word) {
  std::uint64_t bytes = 0;
  for (const Need& need : needs) bytes += std::uint64_t{need.part.rows()} * row_stride_of(need.part, word);
  return bytes;
}

}  // namespace palimpsest
