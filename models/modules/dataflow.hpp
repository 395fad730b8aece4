#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <set>
#include <vector>

#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// One step of one sample. Ordered by the sequencer's priority: the smallest sample first, then the smallest step.
struct StepInstance {
  std::uint32_t sample = 0;
  std::uint32_t step = 0;

  friend bool operator>(const StepInstance& a, const StepInstance& b) {
    return a.sample != b.sample ? a.sample > b.sample : a.step > b.step;
  }
};

inline constexpr std::uint32_t units_behind_groups = 5;

/// The unit a step runs on: its tile group, or one of those behind the groups, in the order LoRA unit, vector unit,
/// host port, off-chip memory (whether there is one or not), programmer.
std::uint32_t unit_of(const Step& step, std::uint32_t groups);

/// The job that the LoRA unit has to take at the same time; null: the step has none.
const LoraJob* adapters_of(const Step& step);

/// Which steps of which samples are ready, for a program under way. Knows order, not time.
class Dataflow {
 public:
  /// Begins `program`, which must outlive its play, and appends the units of the first ready steps to `woken`.
  void start(const Program& program, std::uint32_t groups, std::vector<std::uint32_t>& woken);

  /// Whether a step of `unit` is ready. `lora_unit_free`: whether steps with adapters count.
  bool has_ready(std::uint32_t unit, bool lora_unit_free) const;
  /// The first of those that has_ready() tells of.
  StepInstance take_ready(std::uint32_t unit, bool lora_unit_free);
  /// Appends the units that have steps with adapters ready.
  void wake_adapters(std::vector<std::uint32_t>& woken) const;

  /// Notes that a job of a step is done. With its last the step is; appends the unit of each step that became ready to
  /// `woken`.
  void finish(StepInstance done, std::vector<std::uint32_t>& woken);

  bool finished() const { return unfinished_samples_ == 0; }
  std::uint64_t finished_steps() const { return finished_steps_; }  ///< of all samples

 private:
  using ReadyQueue = std::priority_queue<StepInstance, std::vector<StepInstance>, std::greater<>>;

  /// What is left to wait for in the sample that a slot holds.
  struct Slot {
    std::vector<std::uint32_t> open_dependencies;  ///< of each step
    std::vector<std::uint8_t> open_jobs;           ///< likewise
    std::uint32_t open_steps = 0;
  };

  void index_dependents();
  const ReadyQueue& first_queue(std::uint32_t unit, bool lora_unit_free) const;
  void start_sample(std::uint32_t sample, std::vector<std::uint32_t>& woken);
  void make_ready(StepInstance instance, std::vector<std::uint32_t>& woken);

  const Program* program_ = nullptr;
  std::vector<std::uint32_t> unit_of_step_;
  std::vector<std::vector<std::uint32_t>> dependents_;  ///< the steps that wait for a step
  std::vector<ReadyQueue> ready_;                       ///< by unit: steps without adapters
  std::vector<ReadyQueue> ready_with_adapters_;         ///< by unit
  std::set<std::uint32_t> units_with_adapters_ready_;
  std::vector<Slot> slots_;  ///< sample i uses slot i mod samples_in_flight
  std::uint32_t unfinished_samples_ = 0;
  std::uint64_t finished_steps_ = 0;
};

}  // namespace palimpsest
