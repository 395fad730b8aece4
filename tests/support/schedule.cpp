#include "tests/support/schedule.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

namespace palimpsest::schedule {
namespace {

std::uint64_t divided_rounding_up(std::uint64_t numerator, std::uint64_t denominator) {
  return numerator / denominator + (numerator % denominator == 0 ? 0 : 1);
}

/// A step as its unit sees it: `service[k]` cycles in stage k. The programmer is a unit of one stage that passes the
/// whole job as one vector without memory: its intake is then free when the job is done, as the contract wants it.
struct Work {
  const Job* job = nullptr;
  std::size_t unit = 0;
  std::uint32_t vectors = 1;
  std::uint32_t passes = 1;
  std::vector<StridedRange> preloads;
  std::vector<StridedRange> fetches;
  std::vector<StridedRange> drains;
  std::vector<std::uint64_t> service;
};

/// Units that follow the tiles. Unit u has the ports 2u (fetch) and 2u + 1 (drain); the programmer's stay silent.
enum AfterTiles : std::size_t { lora_unit, vector_unit, host_port, programmer, kinds_after_tiles };

std::uint64_t analogue_cycles(const ChipConfig& config, double nanoseconds) {
  return config.clock.cycles_for_ns(nanoseconds);
}

std::uint64_t conversion_cycles(const ChipConfig& config, std::uint32_t lines) {
  const AdcConfig& adc = config.tile.adc;
  return divided_rounding_up(lines, adc.count) * analogue_cycles(config, adc.multiplexer_ns + adc.conversion_ns);
}

std::uint64_t round_cycles(const ChipConfig& config, const WriteRound& round) {
  const TileConfig& tile = config.tile;
  std::uint64_t cycles = 0;
  if (round.set_pulses > 0) cycles += analogue_cycles(config, tile.pulse_ns);
  if (round.reset_pulses > 0) cycles += analogue_cycles(config, tile.pulse_ns);
  if (round.verify_reads > 0) {
    cycles += analogue_cycles(config, tile.dac.settling_ns) + analogue_cycles(config, tile.crossbar.read_ns) +
              analogue_cycles(config, tile.tia.settling_ns) + conversion_cycles(config, round.verify_reads);
  }
  return cycles;
}

std::uint64_t bits_of_a_pass(const TileConfig& tile) {
  const auto bits = static_cast<std::uint64_t>(tile.dac.bits);
  if (tile.mapping.inputs == InputEncoding::bit_serial) return 1;
  if (tile.mapping.inputs == InputEncoding::two_pass) return bits == 1 ? 1 : bits - 1;
  return bits;
}

Work streaming_work(std::size_t unit, const StreamJob& job, std::vector<std::uint64_t> service) {
  return {nullptr, unit, job.vectors, job.passes, {}, job.fetches, job.drains, std::move(service)};
}

Work work_of(const ChipConfig& config, const Step& step, const TileJob& job) {
  if (step.tile >= config.tiles) throw std::out_of_range("schedule: the program names a tile that does not exist");
  const TileConfig& tile = config.tile;
  const std::uint64_t code_bits = std::uint64_t{job.driven_lines} * bits_of_a_pass(tile);
  const std::uint64_t dac =
      divided_rounding_up(code_bits, tile.dac.load_width_bits) + analogue_cycles(config, tile.dac.settling_ns);
  return streaming_work(
      step.tile, job,
      {0, dac, analogue_cycles(config, tile.crossbar.read_ns), analogue_cycles(config, tile.tia.settling_ns),
       conversion_cycles(config, job.sensed_lines), 0});
}

Work work_of(const ChipConfig& config, const Step& /*step*/, const LoraJob& job) {
  Work work = streaming_work(config.tiles + lora_unit, job, {0, job.cycles_per_vector, 0});
  work.preloads = job.preloads;
  return work;
}

Work work_of(const ChipConfig& config, const Step& /*step*/, const VectorJob& job) {
  return streaming_work(config.tiles + vector_unit, job, {0, job.cycles_per_vector, 0});
}

Work work_of(const ChipConfig& config, const Step& /*step*/, const HostJob& job) {
  return streaming_work(config.tiles + host_port, job, {0, job.words_per_vector * config.host_port.cycles_per_word, 0});
}

Work work_of(const ChipConfig& config, const Step& /*step*/, const ProgramJob& job) {
  std::uint64_t cycles = 0;
  for (const WriteGroup& group : job.groups) {
    for (const WriteRound& round : group.rounds) cycles += round_cycles(config, round);
  }
  return {nullptr, config.tiles + programmer, 1, 1, {}, {}, {}, {cycles}};
}

std::vector<Work> works_of(const ChipConfig& config, const Program& program) {
  std::vector<Work> works;
  for (const Step& step : program.steps) {
    works.push_back(std::visit([&](const auto& job) { return work_of(config, step, job); }, step.job));
    works.back().job = &step.job;
  }
  return works;
}

void count_vector(const TileJob& job, ActionCounts& counts) {
  counts.dac_updates += job.driven_lines;
  counts.word_line_switches += job.driven_lines;
  counts.tia_samples += std::uint64_t{job.sensed_lines} + job.reference_lines;
  counts.adc_conversions += job.sensed_lines;
  counts.shift_adds += job.shift_adds;
}

void count_vector(const LoraJob& job, ActionCounts& counts) { counts.lora_macs += job.macs_per_vector; }

void count_vector(const VectorJob& job, ActionCounts& counts) { counts.vector_operations += job.operations_per_vector; }

void count_vector(const HostJob& job, ActionCounts& counts) { counts.host_words += job.words_per_vector; }

void count_vector(const ProgramJob& job, ActionCounts& counts) {
  for (const WriteGroup& group : job.groups) {
    counts.rm_cells += group.cells;
    for (const WriteRound& round : group.rounds) {
      counts.rm_set_pulses += round.set_pulses;
      counts.rm_reset_pulses += round.reset_pulses;
      counts.rm_verify_reads += round.verify_reads;
    }
  }
}

/// Ports, interconnect and banks. A port has the requests of one vector (or of the preloads) under way at a time.
class Memory {
 public:
  explicit Memory(const ChipConfig& config)
      : config_(config), ports_(2 * (config.tiles + kinds_after_tiles)), banks_(config.sram.banks) {}

  /// Sends the requests of a vector, the first at `cycle`. Nothing holds a request back on its way, so its arrival is
  /// known here; a bank looks at it only after it arrived.
  void send(std::size_t port, const std::vector<StridedRange>& ranges, std::uint64_t vector, std::uint64_t slot_offset,
            std::uint64_t cycle) {
    const std::uint64_t word_width = config_.sram.word_bits / 8;
    const std::uint64_t line_width = config_.sram.line_words * word_width;
    for (const StridedRange& range : ranges) {
      std::uint64_t begin = range.address + vector * range.stride + (range.per_sample ? slot_offset : 0);
      const std::uint64_t end = begin + range.bytes;
      while (begin < end) {
        const std::uint64_t line = begin / line_width;
        const std::uint64_t cut = std::min(end, (line + 1) * line_width);
        const std::uint64_t words = (cut - 1) / word_width - begin / word_width + 1;
        banks_[line % banks_.size()].queue.push_back({port, cycle + config_.interconnect.latency_cycles, words});
        ++ports_[port].ungranted;
        ++cycle;
        begin = cut;
      }
    }
  }

  bool all_responded(std::size_t port, std::uint64_t cycle) const {
    return ports_[port].ungranted == 0 && ports_[port].last_response <= cycle;
  }

  void grant(std::uint64_t cycle, ScheduleResult& result) {
    for (Bank& bank : banks_) {
      if (cycle < bank.free_at) continue;
      const auto winner = next_in_turn(bank, cycle);
      if (winner == bank.queue.end()) continue;
      serve(*winner, cycle, result);
      bank.free_at = cycle + winner->words;
      bank.next_port = winner->port + 1;
      bank.queue.erase(winner);
    }
  }

 private:
  struct Request {
    std::size_t port = 0;
    std::uint64_t arrival = 0;
    std::uint64_t words = 0;
  };
  struct Bank {
    std::vector<Request> queue;
    std::uint64_t free_at = 0;
    std::size_t next_port = 0;  ///< the port whose turn it is
  };
  struct Port {
    std::size_t ungranted = 0;
    std::uint64_t last_response = 0;
  };

  /// A port's requests stand in the queue as they were sent, so the first found of the chosen port is its oldest.
  std::vector<Request>::iterator next_in_turn(Bank& bank, std::uint64_t cycle) const {
    const auto turns_until = [&](const Request& request) {
      return (request.port + ports_.size() - bank.next_port) % ports_.size();
    };
    auto chosen = bank.queue.end();
    for (auto request = bank.queue.begin(); request != bank.queue.end(); ++request) {
      if (request->arrival >= cycle) continue;
      if (chosen == bank.queue.end() || turns_until(*request) < turns_until(*chosen)) chosen = request;
    }
    return chosen;
  }

  void serve(const Request& request, std::uint64_t cycle, ScheduleResult& result) {
    Port& port = ports_[request.port];
    const std::uint64_t last_word = cycle + config_.sram.access_cycles + request.words - 1;
    port.last_response = std::max(port.last_response, last_word + config_.interconnect.latency_cycles);
    --port.ungranted;
    const bool write = request.port % 2 == 1;
    (write ? result.counts.sram_write_words : result.counts.sram_read_words) += request.words;
    result.counts.interconnect_words += request.words;
    result.memory_wait_cycles += cycle - (request.arrival + 1);
  }

  const ChipConfig& config_;
  std::vector<Port> ports_;
  std::vector<Bank> banks_;
};

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

  void take(const Task& task, std::uint64_t cycle, Memory& memory) {
    intake_ = Intake{task, 0};
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
        finish(vector, notices, counts);
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

  static void finish(const Vector& vector, Notices& notices, ActionCounts& counts) {
    std::visit([&](const auto& job) { count_vector(job, counts); }, *vector.task.work->job);
    if (is_last(vector)) notices.done.push_back(vector.task);
  }

  std::size_t fetch_port_;
  std::size_t drain_port_;
  std::optional<Intake> intake_;
  std::vector<std::optional<Vector>> stages_;
};

std::vector<Unit> make_units(const ChipConfig& config) {
  std::vector<Unit> units;
  for (std::size_t tile = 0; tile < config.tiles; ++tile) units.emplace_back(tile, 6);
  for (const AfterTiles unit : {lora_unit, vector_unit, host_port}) units.emplace_back(config.tiles + unit, 3);
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
  for (std::uint64_t cycle = 0; open_jobs > 0; ++cycle) {
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
  }
  return result;
}

}  // namespace palimpsest::schedule
