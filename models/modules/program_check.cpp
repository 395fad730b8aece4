#include "models/modules/program_check.hpp"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <variant>

namespace palimpsest {

namespace {

[[noreturn]] void fail(std::size_t step, const std::string& reason) {
  throw std::logic_error("program: step " + std::to_string(step) + ": " + reason);
}

void check_tile(std::size_t step, std::uint32_t tile, std::uint32_t tiles) {
  if (tile < tiles) return;
  fail(step, "tile " + std::to_string(tile) + " of a chip with " + std::to_string(tiles));
}

void check_step(const Program& program, std::size_t index, std::uint32_t tiles, bool has_off_chip) {
  const Step& step = program.steps[index];
  for (const std::uint32_t dependency : step.depends_on) {
    if (dependency >= index) fail(index, "depends on step " + std::to_string(dependency) + ", which is not before it");
  }
  if (const auto* job = std::get_if<ProgramJob>(&step.job)) {
    check_tile(index, job->tile, tiles);
    return;
  }
  if (const auto* job = std::get_if<OffChipJob>(&step.job)) {
    if (!has_off_chip) fail(index, "off-chip memory of a chip that has none");
    if (job->fetches.empty() == job->drains.empty()) fail(index, "neither a load nor a store");
  }
  if (std::holds_alternative<TileJob>(step.job)) check_tile(index, step.tile, tiles);
  const bool has_work = std::visit(
      [](const auto& job) {
        if constexpr (std::is_base_of_v<StreamJob, std::decay_t<decltype(job)>>) {
          return job.vectors > 0 && job.passes > 0;
        } else {
          return true;
        }
      },
      step.job);
  if (!has_work) fail(index, "a job without vectors or passes");
}

}  // namespace

void check_program(const Program& program, std::uint32_t tiles, bool has_off_chip) {
  if (program.samples_in_flight == 0) throw std::logic_error("program: no sample may be in flight");
  for (std::size_t i = 0; i < program.steps.size(); ++i) check_step(program, i, tiles, has_off_chip);
}

}  // namespace palimpsest
