#include <sys/resource.h>

#include <Eigen/Core>
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "sim/mapping/tile_map.hpp"
#include "sim/run/deployed_weights.hpp"
#include "sim/run/memory_check.hpp"
#include "sim/run/nonideality_study.hpp"
#include "sim/run/run.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/small_networks.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;

namespace {

Architecture shipped() { return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {}); }

Trace face() { return read_trace(std::string(PALIMPSEST_SOURCE_DIR) + "/traces/face"); }

}  // namespace

TEST_CASE("The memory that is needed grows with tiles and arrays, and with samples by what the trace holds of them") {
  const Trace trace = face();
  Architecture chip = shipped();
  const double usual = needed_memory_bytes(chip, trace, {2, true, 1});
  CHECK(usual > 2e6);
  CHECK(usual < 1e8);
  CHECK(needed_memory_bytes(chip, trace, {1, true, 1}) < usual);
  CHECK(needed_memory_bytes(chip, trace, {2, false, 1}) < usual);
  CHECK(needed_memory_bytes(chip, trace, {2, true, 8}) > usual);

  Architecture small_tiles = chip;
  small_tiles.tile.crossbar.rows = small_tiles.tile.crossbar.columns = 2;
  const double more_tiles =
      static_cast<double>(tiles_needed(trace.network, small_tiles) - tiles_needed(trace.network, chip));
  CHECK(needed_memory_bytes(small_tiles, trace, {2, true, 1}) - usual > 8e4 * more_tiles);

  Trace many = trace;
  many.test.values.resize(1000 * trace.test.values.size());
  const auto grown = static_cast<double>(many.test.values.size() - trace.test.values.size());
  CHECK(needed_memory_bytes(chip, many, {2, true, 1}) - usual == Approx(grown));
}

TEST_CASE("The windows of a convolution take memory beside the values") {
  Trace trace = face();
  test::NetworkBuilder layer({8, 8, 9});
  layer.linear(0, 3, "w");
  trace.network = layer.network();
  const double of_layer = needed_memory_bytes(shipped(), trace, {1, true, 1});
  test::NetworkBuilder convolution({9, 8, 8});
  convolution.conv2d(0, "w", {3, 9, 1, 1});
  trace.network = convolution.network();
  // 64 samples, of each 64 windows of 9 elements four times in single precision.
  CHECK(needed_memory_bytes(shipped(), trace, {1, true, 1}) - of_layer == Approx(64.0 * 64 * 9 * 4 * 4));
}

TEST_CASE("More memory than there is is refused with both figures") {
  CHECK_NOTHROW(check_memory(1e9, 1e9));
  const test::ThrownError error = test::thrown_error([] { check_memory(12.5 * 1073741824.0, 4.0 * 1073741824.0); });
  CHECK(error.code == ExitCode::model_error);
  CHECK(error.text ==
        "simulating this takes about 12.5 GiB of memory, there are 4; larger tiles, smaller networks and fewer threads "
        "take less");
  CHECK(available_memory_bytes() > 1e8);
}

TEST_CASE("Threads beyond the chunks of samples take nothing") {
  const Trace trace = face();
  const Architecture chip = shipped();
  const std::uint32_t samples = std::max(trace.test.samples, trace.calibration.samples);
  const unsigned chunks = (samples + 15U) / 16U;
  const double all = needed_memory_bytes(chip, trace, {2, true, chunks});
  CHECK(needed_memory_bytes(chip, trace, {2, true, chunks - 1}) < all);
  CHECK(needed_memory_bytes(chip, trace, {2, true, 1000}) == all);
}

TEST_CASE("What a process may have is what its limits leave it") {
  for (const auto resource : {RLIMIT_AS, RLIMIT_DATA}) {
    rlimit before{};
    REQUIRE(getrlimit(resource, &before) == 0);
    const rlimit lower{rlim_t{1} << 33U, before.rlim_max};
    const double unlimited = available_memory_bytes();
    REQUIRE(setrlimit(resource, &lower) == 0);
    CHECK(available_memory_bytes() == std::min(unlimited, 8589934592.0));
    REQUIRE(setrlimit(resource, &before) == 0);
  }
}

TEST_CASE("A network of billions of weights is refused before a tile is made") {
  Trace trace = test::read_small_trace();
  // Shapes alone, of a layer that takes more than a terabyte.
  trace.network = test::network_of_billions();
  bool begun = false;
  RunOptions options;
  options.progress = [&begun](const std::string& /*part*/, double /*share*/) { begun = true; };
  const test::ThrownError error = test::thrown_error([&] { run(shipped(), trace, options); });
  CHECK(error.code == ExitCode::model_error);
  CHECK_THAT(error.text, Catch::Contains("GiB of memory, there are"));
  CHECK_FALSE(begun);
  const test::ThrownError study = test::thrown_error([&] { nonideality_study(shipped(), trace, {}, 1); });
  CHECK_THAT(study.text, Catch::Contains("GiB of memory, there are"));
  const test::ThrownError deployment = test::thrown_error([&] { deploy_weights(shipped(), trace, {"learn"}); });
  CHECK_THAT(deployment.text, Catch::Contains("GiB of memory, there are"));
}
