#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "sim/mapping/tile_vectors.hpp"

using namespace palimpsest;

TEST_CASE("A tile's reads are the passes of its own jobs' vectors in all samples") {
  const auto tile_job = [](std::uint32_t tile, std::uint32_t vectors, std::uint32_t passes = 1) {
    TileJob job;
    job.vectors = vectors;
    job.passes = passes;
    return Step{job, tile, {}};
  };
  VectorJob other;
  other.vectors = 100;
  Program program;
  program.samples = 7;
  program.steps = {tile_job(0, 16), tile_job(2, 1, 2), Step{other, 0, {}}, tile_job(0, 3)};
  CHECK(tile_vectors(program, 3) == std::vector<std::uint64_t>{7 * 19, 0, 7 * 2});
}
