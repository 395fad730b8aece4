#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/mapping/sram_layout.hpp"

using namespace palimpsest;

namespace {

SramConfig buffer() {
  SramConfig config;
  config.banks = 2;
  config.bank_kib = 4;
  config.word_bits = 32;
  return config;
}

struct Size {
  std::uint32_t rows, columns;
  int bits;
};

const std::vector<Size> sizes = {{1, 1, 8}, {3, 5, 16}, {7, 3, 8}, {2, 9, 32}, {4, 6, 12}, {1, 31, 4}};

}  // namespace

TEST_CASE("A value takes the whole bytes that hold its bits") {
  SramLayout layout(buffer());
  CHECK(layout.per_sample(1, 10, 1).row_bytes == 10);
  CHECK(layout.per_sample(1, 10, 8).row_bytes == 10);
  CHECK(layout.per_sample(1, 10, 9).row_bytes == 20);
  CHECK(layout.per_sample(1, 10, 16).row_bytes == 20);
  CHECK(layout.per_sample(1, 10, 32).row_bytes == 40);
}

TEST_CASE("Every row starts on a word, with less than a word between rows") {
  SramLayout layout(buffer());
  for (const Size& size : sizes) {
    for (const Placement& placement :
         {layout.per_sample(size.rows, size.columns, size.bits), layout.fixed(size.rows, size.columns, size.bits)}) {
      CHECK(placement.address % 4 == 0);
      CHECK(placement.row_stride % 4 == 0);
      CHECK(placement.row_stride >= placement.row_bytes);
      CHECK(placement.row_stride < placement.row_bytes + 4);
    }
  }
}

TEST_CASE("Nothing overlaps: values of every slot, and what is there once") {
  SramLayout layout(buffer());
  std::vector<Placement> placements;
  for (const Size& size : sizes) {
    placements.push_back(layout.per_sample(size.rows, size.columns, size.bits));
    placements.push_back(layout.fixed(size.rows, size.columns, size.bits));
  }
  constexpr std::uint32_t slots = 3;
  REQUIRE(layout.needed_bytes(slots) <= capacity_bytes(buffer()));
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  for (const Placement& placement : placements) {
    for (std::uint32_t slot = 0; slot < (placement.per_sample ? slots : 1); ++slot) {
      const std::uint64_t start = placement.address + slot * layout.slot_bytes();
      ranges.emplace_back(start, start + placement.whole().bytes);
    }
  }
  std::sort(ranges.begin(), ranges.end());
  for (std::size_t i = 1; i < ranges.size(); ++i) CHECK(ranges[i - 1].second <= ranges[i].first);
  CHECK(ranges.back().second <= capacity_bytes(buffer()));
}

TEST_CASE("Values of a sample grow from address 0, what is there once from the top") {
  SramLayout layout(buffer());
  CHECK(layout.per_sample(2, 3, 16).address == 0);
  CHECK(layout.per_sample(1, 4, 8).address == 16);
  CHECK(layout.fixed(2, 3, 16).address == 8192 - 16);
  CHECK(layout.fixed(1, 4, 8).address == 8192 - 16 - 4);
}

TEST_CASE("The bytes needed are a slot for every sample in flight and the rest once") {
  SramLayout layout(buffer());
  layout.per_sample(2, 3, 16);
  layout.fixed(3, 5, 8);
  CHECK(layout.slot_bytes() == 16);
  CHECK(layout.needed_bytes(1) == 16 + 24);
  CHECK(layout.needed_bytes(5) == 5 * 16 + 24);
}

TEST_CASE("A placement is read by rows, by parts of rows, or whole") {
  SramLayout layout(buffer());
  layout.per_sample(1, 1, 32);
  const Placement placement = layout.per_sample(3, 5, 16);
  const StridedRange row = placement.row();
  CHECK(row.address == 4);
  CHECK(row.bytes == 10);
  CHECK(row.stride == 12);
  CHECK(row.per_sample);
  const StridedRange part = placement.part_of_row(6, 4);
  CHECK(part.address == 10);
  CHECK(part.bytes == 4);
  CHECK(part.stride == 12);
  CHECK(part.per_sample);
  const StridedRange whole = placement.whole();
  CHECK(whole.address == 4);
  CHECK(whole.bytes == 36);
  CHECK(whole.stride == 0);
  CHECK_FALSE(layout.fixed(1, 1, 8).row().per_sample);
}

TEST_CASE("A matrix of more than 4 GiB is whole") {
  Placement placement;
  placement.rows = 65'536;
  placement.row_bytes = 131'070;
  placement.row_stride = 131'072;
  CHECK(placement.whole().bytes == std::uint64_t{1} << 33U);
}
