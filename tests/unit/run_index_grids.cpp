#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <string>

#include "models/physics/quantize.hpp"
#include "sim/config/architecture.hpp"
#include "sim/run/index_grids.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

Architecture chip_of(int activation_bits) {
  Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  chip.sram.activation_bits = activation_bits;
  return chip;
}

Network table_of(std::uint32_t rows) {
  NetworkBuilder builder({4});
  builder.linear(builder.add("embedding", {0}, {{"table", "t"}}, {{"t", Shape{rows, 3}}}), 2, "w");
  return builder.network();
}

/// Indices that come to rest, on a grid up to the last one and the margin, next to another whole number.
std::uint32_t mixed_up(const Architecture& chip, std::uint32_t rows) {
  Eigen::MatrixXf indices(1, rows);
  for (std::uint32_t row = 0; row < rows; ++row) indices(0, row) = static_cast<float>(row);
  std::uint64_t saturated = 0;
  const float range = static_cast<float>(rows - 1) * static_cast<float>(chip.calibration_margin);
  const Eigen::MatrixXf stored = quantize(indices, range, chip.sram.activation_bits, saturated);
  std::uint32_t mixed = 0;
  for (std::uint32_t row = 0; row < rows; ++row) mixed += std::round(stored(0, row)) == indices(0, row) ? 0 : 1;
  return mixed;
}

}  // namespace

TEST_CASE("A table whose rows the storage grid does not tell apart is refused, with the bits that would do") {
  for (const int bits : {4, 8, 12}) {
    INFO(bits);
    const Architecture chip = chip_of(bits);
    const auto most = static_cast<std::uint32_t>(std::floor(largest_code(bits) / chip.calibration_margin)) + 1;
    CHECK_NOTHROW(check_index_grids(chip, table_of(most)));
    CHECK(mixed_up(chip, most) == 0);
    CHECK(thrown_error([&] { check_index_grids(chip, table_of(most + 1)); }).code == ExitCode::usage_or_architecture);
    CHECK(mixed_up(chip, most + most / 4) > 0);
    CHECK_NOTHROW(check_index_grids(chip_of(bits + 1), table_of(most + 1)));
  }
  CHECK(thrown_error([&] { check_index_grids(chip_of(8), table_of(40'000)); }).text ==
        "/sram/activation_bits: expected at least 17 for the indices of embedding0 into 40000 rows, got 8");
}
