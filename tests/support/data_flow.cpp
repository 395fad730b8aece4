#include "tests/support/data_flow.hpp"

#include <algorithm>
#include <map>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>

namespace palimpsest::test {
namespace {

/// A byte of a sample's slot, or one that is there once.
struct Byte {
  bool per_sample = true;
  std::uint64_t address = 0;

  bool operator==(const Byte& other) const { return per_sample == other.per_sample && address == other.address; }
};

struct ByteHash {
  std::size_t operator()(const Byte& byte) const { return 2 * byte.address + (byte.per_sample ? 1 : 0); }
};

/// Steps by byte, in their order.
using StepsOfBytes = std::unordered_map<Byte, std::vector<std::uint32_t>, ByteHash>;

bool contains(const std::vector<std::uint32_t>& steps, std::uint32_t step) {
  return std::binary_search(steps.begin(), steps.end(), step);
}

const StreamJob* stream_of(const Job& job) {
  return std::visit(
      [](const auto& one) -> const StreamJob* {
        if constexpr (std::is_base_of_v<StreamJob, std::decay_t<decltype(one)>>) {
          return &one;
        } else {
          return nullptr;
        }
      },
      job);
}

struct Range {
  bool per_sample = true;
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  bool whole = false;
};

/// The ranges of all vectors, one by one.
std::vector<Range> expanded(const std::vector<StridedRange>& ranges, std::uint32_t vectors, std::uint32_t word) {
  std::vector<Range> all;
  for (const StridedRange& range : ranges) {
    const bool whole = vectors == 1 && range.address % word == 0 && range.bytes % word == 0;
    for (std::uint64_t vector = 0; vector < vectors; ++vector)
      all.push_back({range.per_sample, range.address + vector * range.stride, range.bytes, whole});
  }
  return all;
}

std::vector<Range> reads_of(const Step& step, std::uint32_t word) {
  const StreamJob* job = stream_of(step.job);
  if (job == nullptr) return {};
  std::vector<Range> reads = expanded(job->fetches, job->vectors, word);
  if (const auto* lora = std::get_if<LoraJob>(&step.job)) {
    for (const Range& range : expanded(lora->preloads, 1, word)) reads.push_back(range);
  }
  return reads;
}

std::vector<Range> drains_of(const Step& step, std::uint32_t word) {
  const StreamJob* job = stream_of(step.job);
  return job == nullptr ? std::vector<Range>{} : expanded(job->drains, job->vectors, word);
}

/// Whether `address` lies behind the end of a row: of its word something before it is used and nothing from it on.
template <class IsUsed>
bool is_between_rows(std::uint64_t address, std::uint32_t word, const IsUsed& is_used) {
  const std::uint64_t start = address / word * word;
  bool before = false;
  for (std::uint64_t other = start; other < start + word; ++other) {
    if (!is_used(other)) continue;
    if (other >= address) return false;
    before = true;
  }
  return before;
}

std::string step_text(std::size_t step) { return "step " + std::to_string(step); }

class Follower {
 public:
  Follower(const Program& program, const SramConfig& sram, const std::set<std::uint32_t>& cut)
      : program_(program), sram_(sram), cut_(cut), word_(word_bytes(sram)), before_(program.steps.size()) {}

  DataFlow follow() {
    flow_.sources.resize(program_.steps.size());
    for (std::size_t step = 0; step < program_.steps.size(); ++step) {
      order(step);
      for (const Range& range : reads_of(program_.steps[step], word_)) check_place(step, range);
      for (const Range& range : drains_of(program_.steps[step], word_)) check_place(step, range);
      record_drains(step);
      for (const Range& range : reads_of(program_.steps[step], word_)) {
        for (std::uint64_t byte = 0; byte < range.bytes; ++byte) {
          std::vector<std::uint32_t>& readers = readers_[{range.per_sample, range.address + byte}];
          if (readers.empty() || readers.back() != step) readers.push_back(static_cast<std::uint32_t>(step));
        }
      }
    }
    for (std::size_t step = 0; step < program_.steps.size(); ++step) check_reads(step);
    for (const auto& [byte, drainers] : drainers_) check_drainers(byte, drainers);
    for (std::uint32_t step = 0; step < program_.steps.size(); ++step) {
      check_dependencies(step);
      for (const std::uint32_t source : direct_sources_[step]) check_whole(step, source);
    }
    return std::move(flow_);
  }

 private:
  void fault(std::size_t step, const std::string& what) {
    const std::string line = step_text(step) + " " + what;
    if (flow_.faults.empty() || flow_.faults.back() != line) flow_.faults.push_back(line);
  }

  void order(std::size_t step) {
    std::vector<bool>& before = before_[step];
    before.assign(program_.steps.size(), false);
    for (const std::uint32_t earlier : program_.steps[step].depends_on) {
      if (earlier >= step) {
        fault(step, "depends on " + step_text(earlier) + ", which does not come before it");
        continue;
      }
      before[earlier] = true;
      for (std::size_t other = 0; other < earlier; ++other) before[other] = before[other] || before_[earlier][other];
    }
  }

  bool ordered(std::size_t one, std::size_t other) const { return before_[one][other] || before_[other][one]; }

  void check_place(std::size_t step, const Range& range) {
    const std::uint64_t end = range.address + range.bytes;
    if (range.per_sample) {
      if (end > program_.slot_bytes) fault(step, "leaves its slot at " + std::to_string(range.address));
    } else if (end > capacity_bytes(sram_) || range.address < program_.slot_bytes * program_.samples_in_flight) {
      fault(step, "has what is there once at " + std::to_string(range.address) + ", outside its part of the buffer");
    }
  }

  void record_drains(std::size_t step) {
    const auto number = static_cast<std::uint32_t>(step);
    for (const Range& range : drains_of(program_.steps[step], word_)) {
      for (std::uint64_t offset = 0; offset < range.bytes; ++offset) {
        const Byte byte{range.per_sample, range.address + offset};
        std::vector<std::uint32_t>& drainers = drainers_[byte];
        if (!drainers.empty() && drainers.back() == number) {
          fault(step, "drains byte " + std::to_string(byte.address) + " twice");
          break;
        }
        drainers.push_back(number);
        if (!byte.per_sample) flow_.drained.insert(byte.address);
      }
    }
  }

  bool reads(std::uint32_t step, const Byte& byte) const {
    const auto readers = readers_.find(byte);
    return readers != readers_.end() && contains(readers->second, step);
  }

  /// Steps that add to what they read and drain.
  bool sum_up(std::uint32_t one, std::uint32_t other, const Byte& byte) const {
    return !byte.per_sample && reads(one, byte) && reads(other, byte) && contains(drainers_.at(byte), one) &&
           contains(drainers_.at(byte), other) && program_.steps[one].job.index() == program_.steps[other].job.index();
  }

  void check_reads(std::size_t step) {
    for (const Range& range : reads_of(program_.steps[step], word_)) {
      bool borrows = false;
      for (std::uint64_t offset = 0; offset < range.bytes; ++offset) {
        const Byte byte{range.per_sample, range.address + offset};
        const bool there = check_read(static_cast<std::uint32_t>(step), byte);
        if (there) continue;
        if (!range.per_sample) {
          borrows = true;
          continue;
        }
        const auto drained_before = [&](std::uint64_t address) { return drainers_.count({true, address}) != 0; };
        if (range.whole && is_between_rows(byte.address, word_, drained_before)) continue;
        fault(step, "reads byte " + std::to_string(byte.address) + ", which no step before it drains");
        break;
      }
      if (borrows)
        flow_.borrowed.push_back({static_cast<std::uint32_t>(step), range.address, range.bytes, range.whole});
    }
  }

  /// Whether a step before `step` drains `byte`.
  bool check_read(std::uint32_t step, const Byte& byte) {
    const auto drainers = drainers_.find(byte);
    if (drainers == drainers_.end()) return false;
    bool there = false;
    for (const std::uint32_t drainer : drainers->second) {
      if (drainer == step) continue;
      if (before_[step][drainer]) {
        there = true;
        if (!direct_sources_[step].insert(drainer).second) continue;
        flow_.sources[step].insert(drainer);
        flow_.sources[step].insert(flow_.sources[drainer].begin(), flow_.sources[drainer].end());
      } else if (!before_[drainer][step] && !sum_up(step, drainer, byte)) {
        fault(step, "reads what " + step_text(drainer) + " drains, without an order between them");
      }
    }
    return there;
  }

  void check_drainers(const Byte& byte, const std::vector<std::uint32_t>& drainers) {
    for (auto one = drainers.begin(); one != drainers.end(); ++one) {
      for (auto other = std::next(one); other != drainers.end(); ++other) {
        if (ordered(*one, *other) || sum_up(*one, *other, byte)) continue;
        fault(*other, "drains what " + step_text(*one) + " drains, without an order between them");
      }
      if (!byte.per_sample && program_.samples > 1 && !sum_up(*one, drainers.front(), byte))
        fault(*one, "drains what is there once in every sample, and is no sum");
    }
    if (!byte.per_sample || cut_.count(drainers.front()) != 0) return;
    const auto is_read = [&](std::uint64_t address) { return readers_.count({true, address}) != 0; };
    if (!is_read(byte.address) && !is_between_rows(byte.address, word_, is_read))
      fault(drainers.front(), "drains what no step reads");
  }

  void check_dependencies(std::uint32_t step) {
    if (std::holds_alternative<ProgramJob>(program_.steps[step].job)) return;
    for (const std::uint32_t earlier : program_.steps[step].depends_on) {
      if (direct_sources_[step].count(earlier) == 0)
        fault(step, "waits for " + step_text(earlier) + ", of which it reads nothing");
    }
  }

  /// Tiles read parts of a matrix, everything else what a step drains with all its vectors.
  void check_whole(std::uint32_t step, std::uint32_t source) {
    if (std::holds_alternative<TileJob>(program_.steps[step].job) || cut_.count(source) != 0) return;
    const StreamJob& job = *stream_of(program_.steps[source].job);
    for (const StridedRange& drain : job.drains) {
      const auto is_read = [&](std::uint64_t address) { return reads(step, {drain.per_sample, address}); };
      std::uint64_t read = 0;
      std::uint64_t left_out = 0;
      for (const Range& range : expanded({drain}, job.vectors, word_)) {
        for (std::uint64_t address = range.address; address < range.address + range.bytes; ++address) {
          if (is_read(address)) {
            ++read;
          } else if (!is_between_rows(address, word_, is_read)) {
            ++left_out;
          }
        }
      }
      if (read > 0 && left_out > 0) fault(step, "reads not all of a matrix that " + step_text(source) + " drains");
    }
  }

  const Program& program_;
  const SramConfig& sram_;
  const std::set<std::uint32_t>& cut_;
  std::uint32_t word_;
  std::vector<std::vector<bool>> before_;  ///< by step: steps that it waits for, over any number of others
  StepsOfBytes drainers_;
  StepsOfBytes readers_;
  std::map<std::uint32_t, std::set<std::uint32_t>> direct_sources_;
  DataFlow flow_;
};

}  // namespace

DataFlow data_flow(const Program& program, const SramConfig& sram, const std::set<std::uint32_t>& cut) {
  return Follower(program, sram, cut).follow();
}

std::vector<std::string> missing(const std::vector<ReadRange>& borrowed, const std::set<std::uint64_t>& resident,
                                 const SramConfig& sram) {
  const auto is_resident = [&](std::uint64_t address) { return resident.count(address) != 0; };
  std::vector<std::string> faults;
  for (const ReadRange& range : borrowed) {
    for (std::uint64_t address = range.address; address < range.address + range.bytes; ++address) {
      if (is_resident(address)) continue;
      if (range.whole && is_between_rows(address, word_bytes(sram), is_resident)) continue;
      faults.push_back(step_text(range.step) + " reads byte " + std::to_string(address) + ", which nothing brought");
      break;
    }
  }
  return faults;
}

std::string lines_of(const std::vector<std::string>& faults) {
  std::string text;
  for (const std::string& fault : faults) text += fault + "\n";
  return text;
}

}  // namespace palimpsest::test
