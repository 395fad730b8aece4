#include "models/modules/dataflow.hpp"

#include <algorithm>

namespace palimpsest {

namespace {

/// Where the unit of each job type lies.
struct UnitOfJob {
  std::uint32_t tile;
  std::uint32_t tiles;

  std::uint32_t operator()(const TileJob& /*job*/) const { return tile; }
  std::uint32_t operator()(const LoraJob& /*job*/) const { return tiles; }
  std::uint32_t operator()(const VectorJob& /*job*/) const { return tiles + 1; }
  std::uint32_t operator()(const HostJob& /*job*/) const { return tiles + 2; }
  std::uint32_t operator()(const OffChipJob& /*job*/) const { return tiles + 3; }
  std::uint32_t operator()(const ProgramJob& /*job*/) const { return tiles + 4; }
};

}  // namespace

std::uint32_t unit_of(const Step& step, std::uint32_t tiles) {
  return std::visit(UnitOfJob{step.tile, tiles}, step.job);
}

void Dataflow::start(const Program& program, std::uint32_t tiles, std::vector<std::uint32_t>& woken) {
  program_ = &program;
  unit_of_step_.clear();
  for (const Step& step : program.steps) unit_of_step_.push_back(unit_of(step, tiles));
  index_dependents();
  ready_.assign(tiles + units_behind_tiles, {});
  finished_steps_ = 0;
  unfinished_samples_ = program.steps.empty() ? 0 : program.samples;
  slots_.assign(std::min(program.samples_in_flight, unfinished_samples_), {});
  for (std::uint32_t sample = 0; sample < slots_.size(); ++sample) start_sample(sample, woken);
}

StepInstance Dataflow::take_ready(std::uint32_t unit) {
  const StepInstance instance = ready_[unit].top();
  ready_[unit].pop();
  return instance;
}

void Dataflow::finish(StepInstance done, std::vector<std::uint32_t>& woken) {
  Slot& slot = slots_[done.sample % program_->samples_in_flight];
  ++finished_steps_;
  for (const std::uint32_t dependent : dependents_[done.step]) {
    if (--slot.open_dependencies[dependent] == 0) make_ready({done.sample, dependent}, woken);
  }
  if (--slot.open_steps > 0) return;
  --unfinished_samples_;
  if (program_->samples - done.sample > program_->samples_in_flight) {
    start_sample(done.sample + program_->samples_in_flight, woken);
  }
}

void Dataflow::index_dependents() {
  dependents_.assign(program_->steps.size(), {});
  for (std::uint32_t step = 0; step < program_->steps.size(); ++step) {
    for (const std::uint32_t dependency : program_->steps[step].depends_on) dependents_[dependency].push_back(step);
  }
}

void Dataflow::start_sample(std::uint32_t sample, std::vector<std::uint32_t>& woken) {
  Slot& slot = slots_[sample % program_->samples_in_flight];
  const auto steps = static_cast<std::uint32_t>(program_->steps.size());
  slot.open_steps = steps;
  slot.open_dependencies.resize(steps);
  for (std::uint32_t step = 0; step < steps; ++step) {
    slot.open_dependencies[step] = static_cast<std::uint32_t>(program_->steps[step].depends_on.size());
    if (slot.open_dependencies[step] == 0) make_ready({sample, step}, woken);
  }
}

void Dataflow::make_ready(StepInstance instance, std::vector<std::uint32_t>& woken) {
  const std::uint32_t unit = unit_of_step_[instance.step];
  ready_[unit].push(instance);
  woken.push_back(unit);
}

}  // namespace palimpsest
