#include "sim/mapping/off_chip_homes.hpp"

namespace palimpsest {

namespace {

/// Bytes of a vector where rows follow each other: a row of a DRAM with 512 columns of 16 bits (the Micron part of
/// arch/README.md), so that the buffer, the DRAM and the link work side by side.
constexpr std::uint64_t page_bytes = 1024;

}  // namespace

OffChipHomes::OffChipHomes(const BufferTable& buffers) : buffers_(buffers), homes_(buffers.size()) {
  for (std::uint32_t buffer = 0; buffer < buffers.size(); ++buffer) {
    if (buffers[buffer].per_sample) continue;
    homes_[buffer].address = bytes_;
    homes_[buffer].held = buffers.whole(buffer);
    bytes_ += buffers.bytes(buffer);
  }
}

std::vector<OffChipJob> OffChipHomes::transfers(const SramCopy& copy, const BufferPart& part, bool loads) {
  const Placement& buffer = buffers_[copy.buffer];
  Home& home = homes_[copy.buffer];
  if (!home.address) {
    home.address = bytes_;
    bytes_ += buffers_.bytes(copy.buffer);
  }
  StridedRange at_home{*home.address + std::uint64_t{part.first_row} * buffer.row_stride + part.first_byte,
                       part.bytes_of_row(), buffer.row_stride, buffer.per_sample};
  StridedRange in_buffer{copy.address_of(part), part.bytes_of_row(), copy.row_stride, true};
  std::vector<OffChipJob> jobs;
  const auto add = [&](std::uint64_t vectors) {
    if (vectors == 0) return;
    OffChipJob job;
    job.vectors = static_cast<std::uint32_t>(vectors);
    job.memory = at_home;
    (loads ? job.drains : job.fetches) = {in_buffer};
    jobs.push_back(job);
  };
  if (part.bytes_of_row() != buffer.row_stride || copy.row_stride != buffer.row_stride) {
    add(part.rows());
    return jobs;
  }
  const std::uint64_t bytes = std::uint64_t{part.rows()} * buffer.row_stride;
  for (StridedRange* range : {&at_home, &in_buffer}) range->bytes = range->stride = page_bytes;
  add(bytes / page_bytes);
  for (StridedRange* range : {&at_home, &in_buffer}) {
    range->address += bytes / page_bytes * page_bytes;
    range->bytes = bytes % page_bytes;
  }
  add(bytes % page_bytes == 0 ? 0 : 1);
  return jobs;
}

void OffChipHomes::add_orders(std::uint32_t buffer, const BufferPart& part, bool loads,
                              std::vector<std::uint32_t>& after) const {
  for (const BufferUse& use : homes_[buffer].uses) {
    if ((use.written || !loads) && overlap(use.part, part)) after.push_back(use.step);
  }
}

void OffChipHomes::add_use(std::uint32_t buffer, const BufferPart& part, std::uint32_t step, bool loads) {
  Home& home = homes_[buffer];
  home.uses.push_back({part, step, !loads});
  if (!loads) home.held = home.held ? hull(*home.held, part) : part;
}

}  // namespace palimpsest
