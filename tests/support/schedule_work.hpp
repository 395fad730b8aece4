#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/modules/chip_config.hpp"
#include "models/physics/actions.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest::schedule {

/// A step as its unit sees it: `service[k]` cycles in stage k. The programmer is a unit of one stage that passes the
/// whole job as one vector without memory: its intake is then free when the job is done, as the contract wants it.
struct Work {
  const Job* job = nullptr;
  std::size_t unit = 0;
  std::uint32_t vectors = 1;
  std::uint32_t passes = 1;
  std::vector<StridedRange> preloads;
  std::vector<StridedRange> fetches;
  std::vector<StridedRange> drains;
  std::vector<std::uint64_t> service;
};

/// Units that follow the tiles. Unit u has the ports 2u (fetch) and 2u + 1 (drain); the programmer's stay silent.
enum AfterTiles : std::size_t { lora_unit, vector_unit, host_port, off_chip, programmer, kinds_after_tiles };

/// The steps of `program` as their units see them. Throws std::out_of_range for a tile that does not exist.
std::vector<Work> works_of(const ChipConfig& config, const Program& program);

/// Adds the actions of one vector of `work`.
void count_vector(const Work& work, ActionCounts& counts);

}  // namespace palimpsest::schedule
