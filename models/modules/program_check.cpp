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

void check_group(std::size_t step, std::uint32_t group, std::uint32_t groups) {
  if (group < groups) return;
  fail(step, "tile group " + std::to_string(group) + " of a chip with " + std::to_string(groups));
}

void check_adapters(std::size_t step, std::uint32_t group, const TileJob& job) {
  const LoraJob& adapters = *job.adapters;
  if (adapters.fed_by != group) fail(step, "adapters that another group feeds");
  if (adapters.vectors != job.vectors || adapters.passes != 1)
    fail(step, "adapters of other vectors than the tiles have");
  if (!adapters.fetches.empty()) fail(step, "adapters that fetch");
  if (adapters.result_cycles > adapters.cycles_per_vector) fail(step, "adapters with results before they compute");
}

/// `driven` has what the job's vectors and passes of every sample ask for.
void check_driven_lines(const Program& program, std::size_t step, const TileJob& job) {
  const DrivenLines& driven = *job.driven;
  const bool has_all = driven.samples >= program.samples && driven.passes == job.passes &&
                       std::uint64_t{job.first_vector} + job.vectors <= driven.vectors &&
                       driven.lines.size() == std::uint64_t{driven.samples} * driven.vectors * driven.passes;
  if (!has_all) fail(step, "driven lines of other samples, vectors or passes than it has");
}

void check_step(const Program& program, std::size_t index, std::uint32_t groups, bool has_off_chip) {
  const Step& step = program.steps[index];
  for (const std::uint32_t dependency : step.depends_on) {
    if (dependency >= index) fail(index, "depends on step " + std::to_string(dependency) + ", which is not before it");
  }
  if (const auto* job = std::get_if<ProgramJob>(&step.job)) {
    check_group(index, job->tile_group, groups);
    return;
  }
  if (const auto* job = std::get_if<OffChipJob>(&step.job)) {
    if (!has_off_chip) fail(index, "off-chip memory of a chip that has none");
    if (job->fetches.empty() == job->drains.empty()) fail(index, "neither a load nor a store");
  }
  if (const auto* job = std::get_if<TileJob>(&step.job)) {
    check_group(index, step.tile_group, groups);
    if (job->adapters) check_adapters(index, step.tile_group, *job);
    if (job->driven != nullptr) check_driven_lines(program, index, *job);
  }
  if (const auto* job = std::get_if<LoraJob>(&step.job)) {
    if (job->fed_by) fail(index, "a job of the LoRA unit that waits for a tile group without a job");
  }
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

void check_program(const Program& program, std::uint32_t groups, bool has_off_chip) {
  if (program.samples_in_flight == 0) throw std::logic_error("program: no sample may be in flight");
  for (std::size_t i = 0; i < program.steps.size(); ++i) check_step(program, i, groups, has_off_chip);
}

}  // namespace palimpsest
