#include "tests/support/schedule.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tests/support/schedule_memory.hpp"
#include "tests/support/schedule_unit.hpp"
#include "tests/support/schedule_work.hpp"

namespace palimpsest::schedule {
namespace {

std::vector<Unit> make_units(const ChipConfig& config) {
  std::vector<Unit> units;
  const std::size_t groups = config.tile_groups;
  const std::size_t stages_of_group = config.tile.sensing.kind == SensingKind::transimpedance ? 6 : 7;
  for (std::size_t group = 0; group < groups; ++group) units.emplace_back(group, stages_of_group);
  for (const AfterGroups unit : {lora_unit, vector_unit, host_port}) units.emplace_back(groups + unit, 3);
  units.emplace_back(groups + off_chip, 4);
  units.emplace_back(groups + programmer, 1);
  return units;
}

class Sequencer {
 public:
  Sequencer(const ChipConfig& config, const Program& program)
      : program_(program),
        works_(works_of(config, program)),
        steps_of_unit_(config.tile_groups + kinds_after_groups),
        open_steps_(program.samples, program.steps.size()) {
    std::vector<StepState> untouched;
    for (std::size_t step = 0; step < works_.size(); ++step) {
      steps_of_unit_[works_[step].front().unit].push_back(step);
      untouched.push_back({false, works_[step].size()});
    }
    states_.assign(program.samples, untouched);
  }

  /// Jobs of all steps and samples that are not known to be done.
  std::uint64_t open_jobs() const {
    std::uint64_t jobs = 0;
    for (const std::vector<StepState>& sample : states_) {
      for (const StepState& step : sample) jobs += step.open_jobs;
    }
    return jobs;
  }

  void act(std::uint64_t cycle, Notices& notices, std::vector<Unit>& units, Memory& memory) {
    for (const Task& task : notices.done) {
      if (--states_[task.sample][task.step].open_jobs == 0) --open_steps_[task.sample];
    }
    notices = {};
    const std::vector<std::size_t> samples = samples_under_way();
    for (std::size_t unit = 0; unit < units.size(); ++unit) {
      if (units[unit].intake_free()) give_first_ready(unit, samples, cycle, units, memory);
    }
  }

 private:
  struct StepState {
    bool given = false;
    std::size_t open_jobs = 0;  ///< not known to be done
  };

  std::vector<std::size_t> samples_under_way() const {
    std::vector<std::size_t> samples;
    for (std::size_t sample = 0; sample < states_.size(); ++sample) {
      const bool started = sample < program_.samples_in_flight || open_steps_[sample - program_.samples_in_flight] == 0;
      if (started && open_steps_[sample] > 0) samples.push_back(sample);
    }
    return samples;
  }

  void give_first_ready(std::size_t unit, const std::vector<std::size_t>& samples, std::uint64_t cycle,
                        std::vector<Unit>& units, Memory& memory) {
    for (const std::size_t sample : samples) {
      for (const std::size_t step : steps_of_unit_[unit]) {
        if (!ready(sample, step) || !intakes_free(works_[step], units)) continue;
        give(sample, step, cycle, units, memory);
        return;
      }
    }
  }

  bool ready(std::size_t sample, std::size_t step) const {
    const std::vector<StepState>& states = states_[sample];
    const std::vector<std::uint32_t>& waits_for = program_.steps[step].depends_on;
    return !states[step].given && std::all_of(waits_for.begin(), waits_for.end(),
                                              [&](std::uint32_t earlier) { return states[earlier].open_jobs == 0; });
  }

  static bool intakes_free(const std::vector<Work>& works, const std::vector<Unit>& units) {
    return std::all_of(works.begin(), works.end(), [&](const Work& work) { return units[work.unit].intake_free(); });
  }

  void give(std::size_t sample, std::size_t step, std::uint64_t cycle, std::vector<Unit>& units, Memory& memory) {
    states_[sample][step].given = true;
    const std::uint64_t slot_offset = sample % program_.samples_in_flight * program_.slot_bytes;
    const auto adapters_computed = std::make_shared<std::vector<std::uint64_t>>();
    for (const Work& work : works_[step])
      units[work.unit].take({&work, slot_offset, sample, step, adapters_computed}, cycle, memory);
  }

  const Program& program_;
  std::vector<std::vector<Work>> works_;                 ///< [step]: of its job and of its adapters
  std::vector<std::vector<std::size_t>> steps_of_unit_;  ///< [unit]: the steps given to it, but not as adapters
  std::vector<std::vector<StepState>> states_;           ///< [sample][step]
  std::vector<std::size_t> open_steps_;                  ///< of each sample: steps not known to be done
};

/// Lets the units hand over all they can at `cycle`.
void advance_all(std::vector<Unit>& units, Unit& lora, std::uint64_t cycle, Memory& memory, Notices& notices,
                 ActionCounts& counts) {
  for (bool moved = true; moved;) {
    moved = false;
    for (Unit& unit : units) {
      while (unit.advance(cycle, lora, memory, notices, counts)) moved = true;
    }
  }
}

}  // namespace

ScheduleResult play_clock_stepped(const ChipConfig& config, const Program& program) {
  ScheduleResult result;
  // Each sample has each step once.
  for (const std::vector<Work>& works : works_of(config, program)) {
    for (const Work& work : works) result.counts.lora_register_bits += register_bits_of(work) * program.samples;
  }
  Memory memory(config);
  std::vector<Unit> units = make_units(config);
  Sequencer sequencer(config, program);
  Notices notices;
  std::uint64_t open_jobs = sequencer.open_jobs();
  bool act = true;
  for (std::uint64_t cycle = 0; open_jobs > 0;) {
    // Banks and sequencer see only what was there before this cycle, so they come before the units' hand-overs. A grant
    // can answer within the cycle (no access time, no latency), a hand-over can never reach a bank or the sequencer.
    memory.grant(cycle, result);
    if (act) sequencer.act(cycle, notices, units, memory);
    advance_all(units, units[config.tile_groups + lora_unit], cycle, memory, notices, result.counts);
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
