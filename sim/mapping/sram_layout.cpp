#include "sim/mapping/sram_layout.hpp"

#include <algorithm>

#include "models/physics/clock.hpp"

namespace palimpsest {

StridedRange Placement::column(std::uint32_t element_bytes, std::uint32_t word) const {
  return {address, element_bytes, element_bytes, per_sample, rows, row_stride, std::max(word / element_bytes, 1U)};
}

StridedRange Placement::part_of_row(std::uint32_t offset, std::uint32_t bytes) const {
  return {address + offset, bytes, row_stride, per_sample};
}

Placement Placement::rows_from(std::uint32_t first, std::uint32_t count) const {
  return {address + std::uint64_t{first} * row_stride, count, row_bytes, row_stride, per_sample};
}

Placement SramLayout::place(std::uint32_t rows, std::uint32_t columns, int bits) const {
  Placement placement;
  placement.rows = rows;
  placement.row_bytes = columns * static_cast<std::uint32_t>(ceil_div(static_cast<std::uint64_t>(bits), 8));
  const std::uint32_t word = word_bytes(config_);
  placement.row_stride = static_cast<std::uint32_t>(ceil_div(placement.row_bytes, word)) * word;
  return placement;
}

Placement SramLayout::per_sample(std::uint32_t rows, std::uint32_t columns, int bits) {
  Placement placement = place(rows, columns, bits);
  placement.address = slot_bytes_;
  slot_bytes_ += std::uint64_t{rows} * placement.row_stride;
  buffers_.push_back(placement);
  return placement;
}

Placement SramLayout::fixed(std::uint32_t rows, std::uint32_t columns, int bits) {
  Placement placement = place(rows, columns, bits);
  placement.per_sample = false;
  fixed_bytes_ += std::uint64_t{rows} * placement.row_stride;
  placement.address = capacity_bytes(config_) - fixed_bytes_;
  buffers_.push_back(placement);
  return placement;
}

Placement SramLayout::view(const Placement& placement, std::uint64_t offset, std::uint32_t rows, std::uint32_t columns,
                           int bits) const {
  Placement view = place(rows, columns, bits);
  view.address = placement.address + offset;
  view.per_sample = placement.per_sample;
  return view;
}

}  // namespace palimpsest
