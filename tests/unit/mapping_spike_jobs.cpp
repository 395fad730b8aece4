#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sim/mapping/divisible_job.hpp"
#include "tests/support/lowered.hpp"
#include "tests/support/spiking_trace.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

std::vector<TileJob> jobs_on(const std::vector<Override>& overrides) {
  const Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", overrides);
  const Trace trace = read_spiking_trace();
  const TileMap map = map_to_tiles(trace.network, chip);
  return jobs_of<TileJob>(inference_program({chip, trace.network, map}, {}, 2));
}

}  // namespace

TEST_CASE("Vectors of spikes take one pass, those of codes as many as the encoding asks for") {
  for (const bool tile_groups : {true, false}) {
    const std::string groups = tile_groups ? "true" : "false";
    const auto jobs = jobs_on({{"/tile/mapping/inputs", "bit_serial"}, {"/data_path/tile_groups", groups}});
    REQUIRE(jobs.size() == 2 * spiking_steps + 1);
    for (std::size_t number = 0; number + 1 < jobs.size(); ++number) {
      CHECK(jobs[number].spikes);
      CHECK(jobs[number].passes == 1);
      CHECK(jobs[number].shift_adds == 0);
    }
    CHECK_FALSE(jobs.back().spikes);
    CHECK(jobs.back().passes == 8);
  }
}

TEST_CASE("Without gated lines a vector of spikes is one of codes") {
  const auto jobs = jobs_on({{"/tile/mapping/inputs", "bit_serial"}, {"/tile/dac/gated_inputs", "none"}});
  REQUIRE(jobs.size() == 2 * spiking_steps + 1);
  for (const TileJob& job : jobs) {
    CHECK_FALSE(job.spikes);
    CHECK(job.passes == 8);
  }
}

TEST_CASE("One bit of a spike goes between the tiles of a group, and the bits of a value of a code") {
  // Two channels and one neuron a tile: three tiles side by side for each half of the channels.
  const std::vector<Override> cut{{"/tile/rows", "3"}, {"/tile/columns", "2"}, {"/programmer/parallel_cells", "2"}};
  std::vector<Override> ungated = cut;
  ungated.push_back({"/tile/dac/gated_inputs", "none"});
  const TileJob spikes = jobs_on(cut).front();
  const TileJob codes = jobs_on(ungated).front();
  // Sums that go from the first half to the second are as wide in both.
  const std::uint64_t sums = 3 * (8 + 8);
  CHECK(spikes.group_wire_bits - sums == (codes.group_wire_bits - sums) / 8);
  CHECK(spikes.group_wire_bits > sums);
}

TEST_CASE("A piece of a job begins at a vector of its own") {
  TileJob whole;
  whole.vectors = 5;
  whole.first_vector = 2;
  const auto division = division_by_vectors(whole);
  REQUIRE(division != nullptr);
  const DivisibleJob piece = division->piece(3, 2);
  CHECK(std::get<TileJob>(piece.job).first_vector == 5);
  CHECK(std::get<TileJob>(piece.job).vectors == 2);
}
