#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "sim/mapping/tile_vectors.hpp"

using namespace palimpsest;

TEST_CASE("A tile's vectors are those of its own jobs in all samples") {
  const auto tile_job = [](std::uint32_t tile, std::uint32_t vectors) {
    TileJob job;
    job.vectors = vectors;
    return Step{job, tile, {}};
  };
  VectorJob other;
  other.vectors = 100;
  Program program;
  program.samples = 7;
  program.steps = {tile_job(0, 16), tile_job(2, 1), Step{other, 0, {}}, tile_job(0, 3)};
  CHECK(tile_vectors(program, 3) == std::vector<std::uint64_t>{7 * 19, 0, 7});
}
