#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/physics/off_chip.hpp"
#include "models/protocol/jobs.hpp"
#include "sim/mapping/divisible_job.hpp"
#include "sim/mapping/sram_layout.hpp"

namespace palimpsest {

/// Steps whose addresses are those of a layout without end.
struct UnplacedProgram {
  std::vector<Step> steps;
  std::vector<std::shared_ptr<const Division>> divisions;  ///< by step; null: by its vectors alone
};

struct PlannedProgram {
  Program program;
  std::vector<std::uint32_t> end_of_step;  ///< by step that was planned: number of planned steps up to its last
};

/// Where buffers lie, from what keeps a program as it was built to what changes it most. The first that fits is taken.
enum class BufferPlan {
  side_by_side,  ///< every buffer at a place of its own
  reused,        ///< a sample's buffers follow each other, with fewer samples in flight if they have to be
  spilled,       ///< in the off-chip memory, with copies in the SRAM buffer while they are used
};

/// What the plan of a program depends on besides its steps.
struct PlanTask {
  const SramConfig& sram;
  const std::optional<OffChipConfig>& off_chip;
  std::uint32_t samples = 1;
  std::uint32_t samples_in_flight = 1;          ///< at most
  std::string purpose = {};                     ///< for messages
  BufferPlan least = BufferPlan::side_by_side;  ///< `spilled`: what is there once is in the off-chip memory already
};

/// Gives the buffers of `program` addresses. Knows no operations: only which steps read and write what. Throws
/// UserError (usage_or_architecture) if it cannot run: with what it needs, and what would help.
PlannedProgram plan_buffers(UnplacedProgram program, const SramLayout& layout, const PlanTask& task);

/// Whether the program was spilled.
bool uses_off_chip(const Program& program);

/// How it would be done.
BufferPlan plan_of(const UnplacedProgram& program, const SramLayout& layout, const PlanTask& task);

}  // namespace palimpsest
