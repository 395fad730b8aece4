#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "models/physics/actions.hpp"
#include "tests/support/schedule_memory.hpp"
#include "tests/support/schedule_ranges.hpp"
#include "tests/support/schedule_work.hpp"

namespace palimpsest::schedule {

/// A job of a step of one sample, as given to a unit.
struct Task {
  const Work* work = nullptr;
  std::uint64_t slot_offset = 0;
  std::size_t sample = 0;
  std::size_t step = 0;
  /// The cycle at which the LoRA unit's compute ends its service of vector i, once it has taken that. A tile job and
  /// its adapters share it.
  std::shared_ptr<std::vector<std::uint64_t>> adapters_computed;
};

/// What reached the sequencer since it acted last.
struct Notices {
  bool intake_free = false;
  std::vector<Task> done;
};

class Unit {
 public:
  Unit(std::size_t number, std::size_t stages)
      : fetch_port_(2 * number), drain_port_(2 * number + 1), stages_(stages) {}

  bool intake_free() const { return !intake_.has_value(); }

  /// Cycles until now in which a job was here, taken at one and done at a later one.
  std::uint64_t busy_cycles() const { return busy_cycles_; }

  void take(const Task& task, std::uint64_t cycle, Memory& memory) {
    intake_ = Intake{task, 0};
    if (open_jobs_++ == 0) busy_since_ = cycle;
    memory.send(fetch_port_, read_with(task.work->preloads, 0, 1, task.slot_offset), cycle);
  }

  /// Moves what can move at `cycle`; false when nothing did. A hand-over may free the stage before it at once, or find
  /// its next service 0 cycles long, and units wait for each other, so the caller repeats until all units are still.
  /// `lora` gets the vectors of a job with adapters. Adds the finished vectors' actions.
  bool advance(std::uint64_t cycle, Unit& lora, Memory& memory, Notices& notices, ActionCounts& counts) {
    bool moved = false;
    for (std::size_t stage = stages_.size(); stage-- > 0;) {
      if (!served(stage, cycle, memory)) continue;
      const Vector vector = *stages_[stage];
      const std::optional<std::size_t> lanes = vector.task.work->lanes;
      if (lanes && stage + 1 == *lanes && !in_last_pass(vector)) {
        stages_[stage].reset();
        count_pass(*vector.task.work, counts);
        moved = true;
        continue;
      }
      const bool last_stage = stage + 1 == stages_.size();
      if (!last_stage && stages_[stage + 1]) continue;
      const bool feeds = stage == 0 && vector.task.work->feeds_adapters && pass_of(vector) == 0;
      if (feeds && !lora.may_be_fed(cycle, memory)) continue;
      stages_[stage].reset();
      if (stage == 0) leave_fetch(vector, notices);
      if (lanes == stage) lanes_free_ = cycle - vector.task.work->lane_latency;
      if (feeds) lora.offer(cycle, memory);
      if (last_stage) {
        finish(vector, cycle, notices, counts);
      } else {
        enter(stage + 1, vector, cycle, memory);
      }
      moved = true;
    }
    if (intake_ && !intake_->task.work->is_fed && intake_->offered < tokens(*intake_->task.work) && !stages_.front() &&
        memory.all_responded(fetch_port_, cycle)) {
      offer(cycle, memory);
      moved = true;
    }
    return moved;
  }

  /// The first cycle after `cycle` at which the service of a stage ends, memory apart.
  std::uint64_t next_move(std::uint64_t cycle) const {
    std::uint64_t next = never;
    for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
      if (!stages_[stage]) continue;
      const std::uint64_t end = service_end(stage);
      if (end > cycle) next = std::min(next, end);
    }
    return next;
  }

 private:
  static constexpr std::size_t dac_bank = 1;  ///< the stage, in a tile group

  struct Vector {
    Task task;
    std::uint64_t index = 0;           ///< counts the passes of all vectors before it
    std::uint64_t entered = 0;         ///< cycle at which the present stage took it
    std::uint64_t entered_before = 0;  ///< and at which the stage before took it
  };
  struct Intake {
    Task task;
    std::uint64_t offered = 0;  ///< passes that fetch has taken
  };

  static std::uint64_t tokens(const Work& work) { return std::uint64_t{work.vectors} * work.passes; }

  static bool is_last(const Vector& vector) { return vector.index + 1 == tokens(*vector.task.work); }

  static std::uint64_t number_of(const Vector& vector) { return vector.index / vector.task.work->passes; }

  static std::uint64_t pass_of(const Vector& vector) { return vector.index % vector.task.work->passes; }

  static bool in_last_pass(const Vector& vector) { return pass_of(vector) + 1 == vector.task.work->passes; }

  /// Memory apart; `never` while it waits for a vector that the LoRA unit's compute has not taken.
  std::uint64_t service_end(std::size_t stage) const {
    const Vector& vector = *stages_[stage];
    const Work& work = *vector.task.work;
    if (work.lanes == stage) return lanes_end(vector);
    const bool depends_on_lines = stage == dac_bank && work.loads.has_value();
    return vector.entered + (depends_on_lines
                                 ? work.loads->service(vector.task.sample, number_of(vector), pass_of(vector))
                                 : work.service[stage]);
  }

  /// Of the vector that is in the lanes' stage.
  std::uint64_t lanes_end(const Vector& vector) const {
    const Work& work = *vector.task.work;
    const std::uint64_t conversions = work.service[*work.lanes - 1];
    std::uint64_t begin = std::max(vector.entered_before + conversions / work.lots, lanes_free_);
    std::uint64_t last_lot = vector.entered_before + conversions;
    if (work.feeds_adapters) {
      const std::vector<std::uint64_t>& computed = *vector.task.adapters_computed;
      if (computed.size() <= number_of(vector)) return never;
      const std::uint64_t last_result = computed[number_of(vector)];
      begin = std::max(begin, last_result - work.result_cycles);
      last_lot = std::max(last_lot, last_result);
    }
    const std::uint64_t cycles_of_lot = (work.lane_cycles + work.lots - 1) / work.lots;
    const std::uint64_t taken_up = std::max(begin + work.lane_cycles, last_lot + cycles_of_lot);
    return std::max(taken_up + work.lane_latency, vector.entered);
  }

  bool served(std::size_t stage, std::uint64_t cycle, const Memory& memory) const {
    if (!stages_[stage] || cycle < service_end(stage)) return false;
    if (stage == 0 && !memory.all_responded(fetch_port_, cycle)) return false;
    return stage + 1 < stages_.size() || memory.all_responded(drain_port_, cycle);
  }

  bool may_be_fed(std::uint64_t cycle, const Memory& memory) const {
    return !stages_.front() && memory.all_responded(fetch_port_, cycle);
  }

  void offer(std::uint64_t cycle, Memory& memory) {
    enter(0, {intake_->task, intake_->offered++, 0, 0}, cycle, memory);
  }

  void enter(std::size_t stage, Vector vector, std::uint64_t cycle, Memory& memory) {
    const Task& task = vector.task;
    const Work& work = *task.work;
    const std::uint64_t number = number_of(vector);
    if (stage == 0 && pass_of(vector) == 0)
      memory.send(fetch_port_, read_with(work.fetches, number, work.vectors, task.slot_offset), cycle);
    if (stage + 1 == stages_.size() && in_last_pass(vector))
      memory.send(drain_port_, written_with(work.drains, number, work.vectors, task.slot_offset), cycle);
    if (stage == 1 && work.is_fed) task.adapters_computed->push_back(cycle + work.service[stage]);
    vector.entered_before = vector.entered;
    vector.entered = cycle;
    stages_[stage] = vector;
  }

  void leave_fetch(const Vector& vector, Notices& notices) {
    if (!is_last(vector)) return;
    intake_.reset();
    notices.intake_free = true;
  }

  void finish(const Vector& vector, std::uint64_t cycle, Notices& notices, ActionCounts& counts) {
    count_pass(*vector.task.work, counts);
    if (in_last_pass(vector)) count_vector(*vector.task.work, counts);
    if (!is_last(vector)) return;
    notices.done.push_back(vector.task);
    if (--open_jobs_ == 0) busy_cycles_ += cycle - busy_since_;
  }

  std::size_t fetch_port_;
  std::size_t drain_port_;
  std::size_t open_jobs_ = 0;
  std::uint64_t busy_since_ = 0;
  std::uint64_t busy_cycles_ = 0;
  std::uint64_t lanes_free_ = 0;  ///< from this cycle on, for the next vector
  std::optional<Intake> intake_;
  std::vector<std::optional<Vector>> stages_;
};

}  // namespace palimpsest::schedule
