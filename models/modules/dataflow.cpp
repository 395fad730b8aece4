#include "models/modules/dataflow.hpp"

#include <algorithm>

namespace palimpsest {

namespace {

/// Where the unit of each job type lies.
struct UnitOfJob {
  std::uint32_t group;
  std::uint32_t groups;

  std::uint32_t operator()(const TileJob& /*job*/) const { return group; }
  std::uint32_t operator()(const LoraJob& /*job*/) const { return groups; }
  std::uint32_t operator()(const VectorJob& /*job*/) const { return groups + 1; }
  std::uint32_t operator()(const HostJob& /*job*/) const { return groups + 2; }
  std::uint32_t operator()(const OffChipJob& /*job*/) const { return groups + 3; }
  std::uint32_t operator()(const ProgramJob& /*job*/) const { return groups + 4; }
};

}  // namespace

std::uint32_t unit_of(const Step& step, std::uint32_t groups) {
  return std::visit(UnitOfJob{step.tile_group, groups}, step.job);
}

const LoraJob* adapters_of(const Step& step) {
  const auto* job = std::get_if<TileJob>(&step.job);
  return job != nullptr && job->adapters ? &*job->adapters : nullptr;
}

void Dataflow::start(const Program& program, std::uint32_t groups, std::vector<std::uint32_t>& woken) {
  program_ = &program;
  unit_of_step_.clear();
  for (const Step& step : program.steps) unit_of_step_.push_back(unit_of(step, groups));
  index_dependents();
  ready_.assign(groups + units_behind_groups, {});
  ready_with_adapters_ = ready_;
  units_with_adapters_ready_.clear();
  finished_steps_ = 0;
  unfinished_samples_ = program.steps.empty() ? 0 : program.samples;
  slots_.assign(std::min(program.samples_in_flight, unfinished_samples_), {});
  for (std::uint32_t sample = 0; sample < slots_.size(); ++sample) start_sample(sample, woken);
}

const Dataflow::ReadyQueue& Dataflow::first_queue(std::uint32_t unit, bool lora_unit_free) const {
  const ReadyQueue& alone = ready_[unit];
  const ReadyQueue& with_adapters = ready_with_adapters_[unit];
  if (!lora_unit_free || with_adapters.empty()) return alone;
  return alone.empty() || alone.top() > with_adapters.top() ? with_adapters : alone;
}

bool Dataflow::has_ready(std::uint32_t unit, bool lora_unit_free) const {
  return !first_queue(unit, lora_unit_free).empty();
}

StepInstance Dataflow::take_ready(std::uint32_t unit, bool lora_unit_free) {
  const bool has_adapters = &first_queue(unit, lora_unit_free) == &ready_with_adapters_[unit];
  ReadyQueue& queue = has_adapters ? ready_with_adapters_[unit] : ready_[unit];
  const StepInstance instance = queue.top();
  queue.pop();
  if (has_adapters && queue.empty()) units_with_adapters_ready_.erase(unit);
  return instance;
}

void Dataflow::wake_adapters(std::vector<std::uint32_t>& woken) const {
  woken.insert(woken.end(), units_with_adapters_ready_.begin(), units_with_adapters_ready_.end());
}

void Dataflow::finish(StepInstance done, std::vector<std::uint32_t>& woken) {
  Slot& slot = slots_[done.sample % program_->samples_in_flight];
  if (--slot.open_jobs[done.step] > 0) return;
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
  slot.open_jobs.resize(steps);
  for (std::uint32_t step = 0; step < steps; ++step) {
    slot.open_dependencies[step] = static_cast<std::uint32_t>(program_->steps[step].depends_on.size());
    slot.open_jobs[step] = adapters_of(program_->steps[step]) == nullptr ? 1 : 2;
    if (slot.open_dependencies[step] == 0) make_ready({sample, step}, woken);
  }
}

void Dataflow::make_ready(StepInstance instance, std::vector<std::uint32_t>& woken) {
  const std::uint32_t unit = unit_of_step_[instance.step];
  if (adapters_of(program_->steps[instance.step]) == nullptr) {
    ready_[unit].push(instance);
  } else {
    ready_with_adapters_[unit].push(instance);
    units_with_adapters_ready_.insert(unit);
  }
  woken.push_back(unit);
}

}  // namespace palimpsest
