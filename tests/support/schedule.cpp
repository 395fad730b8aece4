#include "tests/support/schedule.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "tests/support/schedule_memory.hpp"
#include "tests/support/schedule_work.hpp"

namespace palimpsest::schedule {
namespace {

/// A step of one sample, as given to a unit.
struct Task {
  const Work* work = nullptr;
  std::uint64_t slot_offset = 0;
  std::size_t sample = 0;
  std::size_t step = 0;
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
    memory.send(fetch_port_, task.work->preloads, 0, task.slot_offset, cycle);
  }

  /// Moves what can move at `cycle`; false when nothing did. A hand-over may free the stage before it at once, or find
  /// its next service 0 cycles long, so the caller repeats until all is still. Adds the finished vectors' actions.
  bool advance(std::uint64_t cycle, Memory& memory, Notices& notices, ActionCounts& counts) {
    bool moved = false;
    for (std::size_t stage = stages_.size(); stage-- > 0;) {
      if (!served(stage, cycle, memory)) continue;
      const bool last_stage = stage + 1 == stages_.size();
      if (!last_stage && stages_[stage + 1]) continue;
      const Vector vector = *stages_[stage];
      stages_[stage].reset();
      if (stage == 0) leave_fetch(vector, notices);
      if (last_stage) {
        finish(vector, cycle, notices, counts);
      } else {
        enter(stage + 1, vector, cycle, memory);
      }
      moved = true;
    }
    if (intake_ && intake_->offered < tokens(*intake_->task.work) && !stages_.front() &&
        memory.all_responded(fetch_port_, cycle)) {
      enter(0, {intake_->task, intake_->offered++, 0}, cycle, memory);
      moved = true;
    }
    return moved;
  }

  /// The first cycle after `cycle` at which the service of a stage ends, memory apart.
  std::uint64_t next_move(std::uint64_t cycle) const {
    std::uint64_t next = never;
    for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
      if (!stages_[stage]) continue;
      const std::uint64_t end = stages_[stage]->entered + stages_[stage]->task.work->service[stage];
      if (end > cycle) next = std::min(next, end);
    }
    return next;
  }

 private:
  struct Vector {
    Task task;
    std::uint64_t index = 0;    ///< counts the passes of all vectors before it
    std::uint64_t entered = 0;  ///< cycle at which the present stage took it
  };
  struct Intake {
    Task task;
    std::uint64_t offered = 0;  ///< passes that fetch has taken
  };

  static std::uint64_t tokens(const Work& work) { return std::uint64_t{work.vectors} * work.passes; }

  static bool is_last(const Vector& vector) { return vector.index + 1 == tokens(*vector.task.work); }

  bool served(std::size_t stage, std::uint64_t cycle, const Memory& memory) const {
    const std::optional<Vector>& vector = stages_[stage];
    if (!vector || cycle < vector->entered + vector->task.work->service[stage]) return false;
    if (stage == 0 && !memory.all_responded(fetch_port_, cycle)) return false;
    return stage + 1 < stages_.size() || memory.all_responded(drain_port_, cycle);
  }

  void enter(std::size_t stage, Vector vector, std::uint64_t cycle, Memory& memory) {
    const Task& task = vector.task;
    const std::uint64_t number = vector.index / task.work->passes;
    const std::uint64_t pass = vector.index % task.work->passes;
    if (stage == 0 && pass == 0) memory.send(fetch_port_, task.work->fetches, number, task.slot_offset, cycle);
    if (stage + 1 == stages_.size() && pass + 1 == task.work->passes) {
      memory.send(drain_port_, task.work->drains, number, task.slot_offset, cycle);
    }
    vector.entered = cycle;
    stages_[stage] = vector;
  }

  void leave_fetch(const Vector& vector, Notices& notices) {
    if (!is_last(vector)) return;
    intake_.reset();
    notices.intake_free = true;
  }

  void finish(const Vector& vector, std::uint64_t cycle, Notices& notices, ActionCounts& counts) {
    count_vector(*vector.task.work, counts);
    if (!is_last(vector)) return;
    notices.done.push_back(vector.task);
    if (--open_jobs_ == 0) busy_cycles_ += cycle - busy_since_;
  }

  std::size_t fetch_port_;
  std::size_t drain_port_;
  std::size_t open_jobs_ = 0;
  std::uint64_t busy_since_ = 0;
  std::uint64_t busy_cycles_ = 0;
  std::optional<Intake> intake_;
  std::vector<std::optional<Vector>> stages_;
};

std::vector<Unit> make_units(const ChipConfig& config) {
  std::vector<Unit> units;
  const std::size_t stages_of_tile = config.tile.sensing.kind == SensingKind::transimpedance ? 5 : 6;
  for (std::size_t tile = 0; tile < config.tiles; ++tile) units.emplace_back(tile, stages_of_tile);
  for (const AfterTiles unit : {lora_unit, vector_unit, host_port}) units.emplace_back(config.tiles + unit, 3);
  units.emplace_back(config.tiles + off_chip, 4);
  units.emplace_back(config.tiles + programmer, 1);
  return units;
}

class Sequencer {
 public:
  Sequencer(const ChipConfig& config, const Program& program)
      : program_(program),
        works_(works_of(config, program)),
        states_(program.samples, std::vector<State>(program.steps.size(), State::waiting)),
        open_steps_(program.samples, program.steps.size()) {}

  /// Gives jobs at `cycle`. The contract goes through the units and gives each its first ready step; going through the
  /// steps and giving each to its unit is the same, because no job given now makes a step ready or an intake free
  /// before the units advance.
  void act(std::uint64_t cycle, Notices& notices, std::vector<Unit>& units, Memory& memory) {
    for (const Task& task : notices.done) {
      states_[task.sample][task.step] = State::done;
      --open_steps_[task.sample];
    }
    notices = {};
    for (std::size_t sample = 0; sample < states_.size(); ++sample) {
      if (open_steps_[sample] == 0 || !may_start(sample)) continue;
      for (std::size_t step = 0; step < works_.size(); ++step) {
        const std::size_t unit = works_[step].unit;
        if (!units[unit].intake_free() || !ready(sample, step)) continue;
        states_[sample][step] = State::given;
        units[unit].take(task_of(sample, step), cycle, memory);
      }
    }
  }

 private:
  enum class State { waiting, given, done };

  bool may_start(std::size_t sample) const {
    return sample < program_.samples_in_flight || open_steps_[sample - program_.samples_in_flight] == 0;
  }

  bool ready(std::size_t sample, std::size_t step) const {
    const std::vector<State>& states = states_[sample];
    const std::vector<std::uint32_t>& waits_for = program_.steps[step].depends_on;
    return states[step] == State::waiting &&
           std::all_of(waits_for.begin(), waits_for.end(),
                       [&](std::uint32_t earlier) { return states[earlier] == State::done; });
  }

  Task task_of(std::size_t sample, std::size_t step) const {
    return {&works_[step], sample % program_.samples_in_flight * program_.slot_bytes, sample, step};
  }

  const Program& program_;
  std::vector<Work> works_;
  std::vector<std::vector<State>> states_;  ///< [sample][step]
  std::vector<std::size_t> open_steps_;     ///< of each sample: steps not known to be done
};

}  // namespace

ScheduleResult play_clock_stepped(const ChipConfig& config, const Program& program) {
  ScheduleResult result;
  Memory memory(config);
  std::vector<Unit> units = make_units(config);
  Sequencer sequencer(config, program);
  Notices notices;
  std::uint64_t open_jobs = std::uint64_t{program.samples} * program.steps.size();
  bool act = true;
  for (std::uint64_t cycle = 0; open_jobs > 0;) {
    // Banks and sequencer see only what was there before this cycle, so they come before the units' hand-overs. A grant
    // can answer within the cycle (no access time, no latency), a hand-over can never reach a bank or the sequencer.
    memory.grant(cycle, result);
    if (act) sequencer.act(cycle, notices, units, memory);
    for (Unit& unit : units) {
      while (unit.advance(cycle, memory, notices, result.counts)) {
      }
    }
    act = notices.intake_free || !notices.done.empty();
    open_jobs -= notices.done.size();
    result.cycles = cycle;
    // Cycles at which nothing can move are left out: times may be millions of them.
    std::uint64_t next = act ? cycle + 1 : memory.next_move(cycle);
    for (const Unit& unit : units) next = std::min(next, unit.next_move(cycle));
    cycle = next;
  }
  for (const Unit& unit : units) result.busy_cycles.push_back(unit.busy_cycles());
  return result;
}

}  // namespace palimpsest::schedule
