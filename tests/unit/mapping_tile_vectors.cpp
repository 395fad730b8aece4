#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "sim/mapping/tile_vectors.hpp"

using namespace palimpsest;

TEST_CASE("A tile's reads are the passes of its group's jobs' vectors in all samples") {
  const auto tile_job = [](std::uint32_t group, std::uint32_t vectors, std::uint32_t passes = 1) {
    TileJob job;
    job.vectors = vectors;
    job.passes = passes;
    return Step{job, group, {}};
  };
  TileMap map;
  map.blocks.resize(4);
  map.groups = {{0}, {1}, {2, 3}};
  VectorJob other;
  other.vectors = 100;
  Program program;
  program.samples = 7;
  program.steps = {tile_job(0, 16), tile_job(2, 1, 2), Step{other, 0, {}}, tile_job(0, 3)};
  CHECK(tile_vectors(program, map) == std::vector<std::uint64_t>{7 * 19, 0, 7 * 2, 7 * 2});
}
