#include "sim/mapping/buffer_plan.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "models/physics/saturating.hpp"
#include "sim/error.hpp"
#include "sim/mapping/buffer_access.hpp"
#include "sim/mapping/buffer_reuse.hpp"
#include "sim/mapping/spill.hpp"

namespace palimpsest {

namespace {

std::vector<std::uint32_t> as_built(std::size_t steps) {
  std::vector<std::uint32_t> ends(steps);
  for (std::uint32_t step = 0; step < steps; ++step) ends[step] = step + 1;
  return ends;
}

bool fits_side_by_side(const SramLayout& layout, const PlanTask& task) {
  return task.least == BufferPlan::side_by_side &&
         saturating_sum(saturating_product(layout.slot_bytes(), task.samples_in_flight), layout.fixed_bytes()) <=
             capacity_bytes(task.sram);
}

/// Most samples in flight with slots of `slot_bytes`; 0: what is there once leaves no room for one.
std::uint32_t samples_that_fit(std::uint64_t slot_bytes, const SramLayout& layout, const PlanTask& task) {
  const std::uint64_t capacity = capacity_bytes(task.sram);
  if (task.least == BufferPlan::spilled || layout.fixed_bytes() > capacity) return 0;
  if (slot_bytes == 0) return task.samples_in_flight;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(task.samples_in_flight, (capacity - layout.fixed_bytes()) / slot_bytes));
}

}  // namespace

PlannedProgram plan_buffers(UnplacedProgram program, const SramLayout& layout, const PlanTask& task) {
  PlannedProgram planned;
  planned.end_of_step = as_built(program.steps.size());
  planned.program.samples_in_flight = task.samples_in_flight;
  if (fits_side_by_side(layout, task)) {
    planned.program.steps = std::move(program.steps);
    planned.program.slot_bytes = layout.slot_bytes();
  } else {
    const BufferTable buffers(layout);
    ReusedSlot reused = reuse_slot(program.steps, buffers);
    const std::uint32_t samples = samples_that_fit(reused.slot_bytes, layout, task);
    if (samples > 0) {
      planned.program.steps = std::move(reused.steps);
      planned.program.slot_bytes = reused.slot_bytes;
      planned.program.samples_in_flight = samples;
    } else if (task.off_chip) {
      planned = spilled_program(program, buffers, task.sram, *task.off_chip, task.purpose);
    } else {
      throw UserError(ExitCode::usage_or_architecture,
                      "/sram: " + task.purpose + " needs " + std::to_string(reused.slot_bytes + layout.fixed_bytes()) +
                          " bytes of SRAM buffer with one sample in flight, the chip has " +
                          std::to_string(capacity_bytes(task.sram)) +
                          "; an off-chip memory (/off_chip) would hold what does not fit");
    }
  }
  planned.program.samples = task.samples;
  return planned;
}

bool uses_off_chip(const Program& program) {
  return std::any_of(program.steps.begin(), program.steps.end(),
                     [](const Step& step) { return std::holds_alternative<OffChipJob>(step.job); });
}

BufferPlan plan_of(const UnplacedProgram& program, const SramLayout& layout, const PlanTask& task) {
  if (fits_side_by_side(layout, task)) return BufferPlan::side_by_side;
  const ReusedSlot reused = reuse_slot(program.steps, BufferTable(layout));
  return samples_that_fit(reused.slot_bytes, layout, task) > 0 ? BufferPlan::reused : BufferPlan::spilled;
}

}  // namespace palimpsest
