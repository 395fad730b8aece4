#include "models/physics/group_rounds.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace palimpsest {

namespace {

int count_bits(std::uint32_t word) { return __builtin_popcount(word); }

/// The bits of pulses [0, pulses) in the word of pulses 32 `word` on.
std::uint32_t pulses_in_word(std::uint32_t pulses, std::uint32_t word) {
  const std::uint32_t left = pulses - 32 * word;
  return left >= 32 ? ~0U : (1U << left) - 1U;
}

/// Adds up groups of cells of one batch.
class RoundsOfGroups {
 public:
  RoundsOfGroups(const PulseConfig& config, const CellWrites& writes, const std::vector<std::uint8_t>& formed)
      : config_(config), writes_(writes), formed_(formed), most_steps_(most_gate_steps(config)) {
    sort_further_reads();
  }

  /// The cells at places [first, end).
  void add(std::size_t first, std::size_t end) {
    rounds_.cells += end - first;
    add_forming(first, end);
    add_first_reads(first, end);
    add_further_reads(end);
    if (config_.schedule == PulseSchedule::gate_stepped)
      add_gate_phases(first, end);
    else
      add_phases(first, end);
  }

  WriteRounds take() { return std::move(rounds_); }

 private:
  /// By place. There are as many places as cells, so they are counted.
  void sort_further_reads() {
    std::vector<std::size_t> next(writes_.cells.size() + 1, 0);
    for (const FurtherReads& reads : writes_.further_reads) ++next[reads.place + 1];
    std::partial_sum(next.begin(), next.end(), next.begin());
    further_reads_.resize(writes_.further_reads.size());
    for (const FurtherReads& reads : writes_.further_reads) further_reads_[next[reads.place]++] = reads;
  }

  void add_forming(std::size_t first, std::size_t end) {
    if (formed_.empty()) return;
    const auto begin = formed_.begin();
    const auto forming = std::count(begin + static_cast<std::ptrdiff_t>(first),
                                    begin + static_cast<std::ptrdiff_t>(end), std::uint8_t{1});
    rounds_.forming_pulses += static_cast<std::uint64_t>(forming);
    rounds_.forming_phases += forming > 0 ? 1 : 0;
  }

  /// A cell is read once before its first pulse and after each.
  void add_first_reads(std::size_t first, std::size_t end) {
    pulses_.clear();
    for (std::size_t place = first; place < end; ++place) pulses_.push_back(writes_.cells[place].pulses);
    std::sort(pulses_.begin(), pulses_.end());
    std::uint32_t before = 0;
    rounds_.add_reads(pulses_.size(), 1);
    for (std::size_t done = 0; done < pulses_.size(); ++done) {
      rounds_.add_reads(pulses_.size() - done, pulses_[done] - before);
      before = pulses_[done];
    }
  }

  /// A second, third ... read is one of the cells that take as many in that round.
  void add_further_reads(std::size_t end) {
    const std::size_t begin = next_further_;
    while (next_further_ < further_reads_.size() && further_reads_[next_further_].place < end) ++next_further_;
    const auto from = further_reads_.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto to = further_reads_.begin() + static_cast<std::ptrdiff_t>(next_further_);
    std::sort(from, to, [](const FurtherReads& one, const FurtherReads& other) {
      return one.round != other.round ? one.round < other.round : one.reads < other.reads;
    });
    for (auto round = from; round != to;) {
      const auto next =
          std::find_if(round, to, [&round](const FurtherReads& one) { return one.round != round->round; });
      std::uint32_t before = 1;
      for (; round != next; ++round) {
        rounds_.add_reads(static_cast<std::size_t>(next - round), round->reads - before);
        before = round->reads;
      }
    }
  }

  /// All SET pulses of a round are a phase, and all RESET pulses.
  void add_phases(std::size_t first, std::size_t end) {
    for (std::uint32_t word = 0; 32 * word < pulses_.back(); ++word) {
      std::uint32_t sets = 0;
      std::uint32_t resets = 0;
      for (std::size_t place = first; place < end; ++place) {
        const WrittenCell& cell = writes_.cells[place];
        if (cell.pulses <= 32 * word) continue;
        const std::uint32_t pulsed = pulses_in_word(cell.pulses, word);
        const std::uint32_t set = writes_.directions[cell.first_direction + word];
        sets |= set;
        resets |= pulsed & ~set;
        rounds_.set_pulses += static_cast<std::uint64_t>(count_bits(set));
        rounds_.reset_pulses += static_cast<std::uint64_t>(count_bits(pulsed & ~set));
      }
      rounds_.set_phases += static_cast<std::uint64_t>(count_bits(sets));
      rounds_.reset_phases += static_cast<std::uint64_t>(count_bits(resets));
    }
  }

  /// A cell between two rounds.
  struct Climbing {
    const std::uint32_t* directions;
    std::uint32_t pulses;
    std::uint32_t first_reset;  ///< pulse; `pulses` if there is none
    std::uint32_t steps;        ///< of the gate voltage
  };

  Climbing from_the_start(const WrittenCell& cell) const {
    Climbing now{&writes_.directions[cell.first_direction], cell.pulses, 0, 0};
    for (std::uint32_t word = 0; now.first_reset == 32 * word && now.first_reset < cell.pulses; ++word) {
      const std::uint32_t resets = ~now.directions[word];
      now.first_reset += resets == 0 ? 32U : static_cast<std::uint32_t>(__builtin_ctz(resets));
    }
    now.first_reset = std::min(now.first_reset, cell.pulses);
    now.steps = std::min(now.first_reset, most_steps_);
    return now;
  }

  /// Whether the gate voltage of so many steps is new in this round.
  bool mark(std::uint32_t steps) {
    const bool is_new = marks_[steps] != mark_;
    marks_[steps] = mark_;
    return is_new;
  }

  /// SET pulses of a round are a phase for each gate voltage. Which one a cell takes follows from the pulses before:
  /// up to its first RESET it is that of the round.
  void add_gate_phases(std::size_t first, std::size_t end) {
    climbing_.clear();
    for (std::size_t place = first; place < end; ++place) climbing_.push_back(from_the_start(writes_.cells[place]));
    std::sort(climbing_.begin(), climbing_.end(),
              [](const Climbing& one, const Climbing& other) { return one.first_reset < other.first_reset; });
    again_.clear();
    std::size_t next = 0;
    for (std::uint32_t round = 0; next < climbing_.size() || !again_.empty(); ++round) {
      ++mark_;
      // No cell has risen by more steps than rounds have passed.
      if (round >= marks_.size()) marks_.resize(2 * std::size_t{round} + 64, 0);
      while (next < climbing_.size() && climbing_[next].first_reset == round) again_.push_back(climbing_[next++]);
      const std::size_t never_reset = climbing_.size() - next;
      rounds_.set_pulses += never_reset;
      if (never_reset > 0 && mark(std::min(round, most_steps_))) ++rounds_.set_phases;
      rounds_.reset_phases += add_pulses_after_reset(round) ? 1 : 0;
    }
  }

  /// Of the cells that were reset before or are reset now; whether there are any of the latter.
  bool add_pulses_after_reset(std::uint32_t round) {
    const std::uint64_t resets_before = rounds_.reset_pulses;
    for (std::size_t cell = 0; cell < again_.size();) {
      Climbing& now = again_[cell];
      if (now.pulses <= round) {
        now = again_.back();
        again_.pop_back();
        continue;
      }
      ++cell;
      if (((now.directions[round / 32] >> (round % 32)) & 1U) == 0) {
        ++rounds_.reset_pulses;
        now.steps -= std::min(now.steps, config_.restart_steps);
        continue;
      }
      ++rounds_.set_pulses;
      if (mark(now.steps)) ++rounds_.set_phases;
      now.steps = std::min(now.steps + 1, most_steps_);
    }
    return rounds_.reset_pulses != resets_before;
  }

  const PulseConfig& config_;
  const CellWrites& writes_;
  const std::vector<std::uint8_t>& formed_;
  std::vector<FurtherReads> further_reads_;
  std::size_t next_further_ = 0;
  std::uint32_t most_steps_;
  std::vector<std::uint32_t> pulses_;  ///< of the group's cells, rising
  std::vector<Climbing> climbing_;     ///< the group's cells, those that are reset first in front
  std::vector<Climbing> again_;        ///< those of them that were reset
  std::vector<std::uint64_t> marks_;   ///< by steps: the round in which a cell last took that gate voltage
  std::uint64_t mark_ = 0;
  WriteRounds rounds_;
};

}  // namespace

WriteRounds rounds_of(const PulseConfig& config, const CellWrites& writes, const CellGroups& groups) {
  RoundsOfGroups sum(config, writes, groups.formed);
  std::size_t first = 0;
  for (const std::size_t end : groups.ends) {
    sum.add(first, end);
    first = end;
  }
  return sum.take();
}

}  // namespace palimpsest
