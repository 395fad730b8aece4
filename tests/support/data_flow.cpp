#include "tests/support/data_flow.hpp"
#include "tests/support/step_bytes.hpp"
#include "tests/support/stream_of.hpp"
#include "tests/support/use_order.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>

namespace palimpsest::test {
namespace {

constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();

/// What a byte holds: what a step drained to `place`, or what was there once at `place` before the program.
struct Content {
  std::uint32_t step = nobody;
  Byte place;

  bool operator<(const Content& other) const { return step != other.step ? step < other.step : place < other.place; }
};

class Follower {
 public:
  Follower(const Program& program, const SramConfig& sram, const std::set<std::uint32_t>& cut)
      : program_(program),
        sram_(sram),
        cut_(cut),
        word_(word_bytes(sram)),
        order_(program, word_, [this](std::size_t step, const std::string& what) { fault(step, what); }),
        direct_(program.steps.size()),
        homes_(program.steps.size()) {}

  DataFlow follow() {
    flow_.sources.resize(program_.steps.size());
    for (std::uint32_t step = 0; step < program_.steps.size(); ++step) {
      order_.add(step);
      check_adapters(step);
      for (const Range& range : reads_of(program_.steps[step], word_)) check_place(step, range);
      for (const Range& range : drains_of(program_.steps[step], word_)) check_place(step, range);
      const std::vector<std::optional<Content>> read = follow_reads(step);
      follow_drains(step, read);
    }
    check_unread();
    check_sums();
    for (std::uint32_t step = 0; step < program_.steps.size(); ++step) {
      check_dependencies(step);
      for (const auto& [source, bytes] : direct_[step]) check_whole(step, source, bytes);
    }
    return std::move(flow_);
  }

 private:
  void fault(std::size_t step, const std::string& what) {
    const std::string line = step_text(step) + " " + what;
    if (flow_.faults.empty() || flow_.faults.back() != line) flow_.faults.push_back(line);
  }

  void check_adapters(std::size_t step) {
    const LoraJob* adapters = adapters_of(program_.steps[step].job);
    if (adapters == nullptr) return;
    if (adapters->vectors != stream_of(program_.steps[step].job)->vectors || !adapters->fetches.empty() ||
        adapters->fed_by != program_.steps[step].tile_group)
      fault(step, "has adapters that do not get its vectors");
  }

  void check_place(std::size_t step, const Range& range) {
    const std::uint64_t end = range.address + range.bytes;
    const std::uint64_t slots = program_.slot_bytes * program_.samples_in_flight;
    if (range.space == Space::slot) {
      if (end > program_.slot_bytes) fault(step, "leaves its slot at " + std::to_string(range.address));
      if (slots > capacity_bytes(sram_)) fault(step, "has a slot that the buffer does not hold");
    } else if (range.space == Space::once) {
      if (end > capacity_bytes(sram_) || range.address < slots)
        fault(step, "has what is there once at " + std::to_string(range.address) + ", outside its part of the buffer");
    } else if (program_.samples_in_flight > 1) {
      fault(step, "uses the off-chip memory, which has no slots, with several samples in flight");
    }
  }

  std::optional<Content> held(const Byte& byte) const {
    const auto found = held_.find(byte);
    if (found != held_.end()) return found->second;
    if (byte.is_once()) return Content{nobody, byte};
    return std::nullopt;
  }

  std::vector<std::optional<Content>> follow_reads(std::uint32_t step) {
    std::vector<std::optional<Content>> contents;
    for (const Range& range : reads_of(program_.steps[step], word_)) {
      bool borrows = false;
      bool told = false;
      for (std::uint64_t offset = 0; offset < range.bytes; ++offset) {
        const Byte byte{range.space, range.address + offset};
        order_.use(step, byte, false);
        contents.push_back(is_left_over(range, byte) ? std::nullopt : held(byte));
        if (!contents.back()) {
          if (!told && !is_left_over(range, byte) && !may_lie_between(range, byte)) {
            fault(step, "reads byte " + std::to_string(byte.address) + ", which no step before it drains");
            told = true;
          }
          continue;
        }
        borrows = follow_content(step, byte, *contents.back()) || borrows;
      }
      if (borrows) flow_.borrowed.push_back({step, range.address, range.bytes, range.whole});
    }
    return contents;
  }

  /// Whether a byte lies behind the end of a row and holds what used its place before: in its word comes one before it
  /// that was drained later.
  bool is_left_over(const Range& range, const Byte& byte) const {
    if (range.space != Space::slot || range.address % word_ != 0 || range.bytes % word_ != 0) return false;
    const std::optional<Content> content = held(byte);
    if (!content || content->step == nobody) return false;
    for (std::uint64_t other = byte.address / word_ * word_; other < byte.address; ++other) {
      const auto drained = drainer_.find({Space::slot, other});
      const auto own = drainer_.find(byte);
      if (drained != drainer_.end() && own != drainer_.end() && order_.before(drained->second, own->second))
        return true;
    }
    return false;
  }

  /// A transfer carries what lies between rows along; a load may bring only what a store took.
  bool may_lie_between(const Range& range, const Byte& byte) const {
    if (byte.is_once()) return false;
    const auto drained_before = [&](std::uint64_t address) { return held({range.space, address}).has_value(); };
    return is_between_rows(byte.address, word_, drained_before) &&
           (range.whole || (range.address % word_ == 0 && range.bytes % word_ == 0));
  }

  /// True if the byte is there once in the SRAM buffer and no step before drains it.
  bool follow_content(std::uint32_t step, const Byte& byte, const Content& content) {
    if (const auto stored = drainer_.find(byte); stored != drainer_.end() && order_.before(step, stored->second))
      add_source(step, stored->second);
    const bool transfer = transfer_of(program_.steps[step]) != nullptr;
    if (content.step == nobody) {
      if (!transfer && content.place.space == Space::off_chip_once)
        flow_.off_chip_borrowed.insert(content.place.address);
      homes_[step].insert(content.place);
      return byte.space == Space::once;
    }
    if (!transfer) {
      read_.insert(content);
      if (order_.before(step, content.step)) {
        std::set<Byte>& bytes = direct_[step][content.step];
        if (bytes.empty()) homes_[step].insert(homes_[content.step].begin(), homes_[content.step].end());
        bytes.insert(content.place);
      }
    }
    // One of several that add up, each on its own.
    return byte.space == Space::once && !order_.before(step, content.step);
  }

  void add_source(std::uint32_t step, std::uint32_t source) {
    if (!flow_.sources[step].insert(source).second) return;
    flow_.sources[step].insert(flow_.sources[source].begin(), flow_.sources[source].end());
  }

  void follow_drains(std::uint32_t step, const std::vector<std::optional<Content>>& read) {
    const bool transfer = transfer_of(program_.steps[step]) != nullptr;
    if (transfer) has_transfers_ = true;
    std::set<Byte> own;
    std::size_t position = 0;
    for (const Range& range : drains_of(program_.steps[step], word_)) {
      for (std::uint64_t offset = 0; offset < range.bytes; ++offset) {
        const Byte byte{range.space, range.address + offset};
        const std::size_t moved = position++;
        if (!own.insert(byte).second) {
          fault(step, "drains byte " + std::to_string(byte.address) + " twice");
          break;
        }
        order_.use(step, byte, true);
        drainer_[byte] = step;
        if (byte.is_once()) once_drainers_[byte].push_back(step);
        if (byte.space == Space::once) flow_.drained.insert(byte.address);
        if (byte.space == Space::off_chip_once) flow_.off_chip_drained.insert(byte.address);
        if (!transfer) {
          held_[byte] = Content{step, byte};
          if (!byte.is_once()) drained_.push_back({step, byte});
        } else if (moved < read.size() && read[moved]) {
          if (byte.space == Space::off_chip_once) check_stored(step, byte, *read[moved]);
          held_[byte] = *read[moved];
          read_once_stored(byte, *read[moved]);
        } else {
          held_.erase(byte);
        }
      }
    }
    if (transfer && position != read.size()) fault(step, "moves another number of bytes than it reads");
  }

  /// What is stored where it is there once is used by whoever comes after the program.
  void read_once_stored(const Byte& byte, const Content& content) {
    if (byte.space == Space::off_chip_once && content.step != nobody) read_.insert(content);
  }

  void check_stored(std::uint32_t step, const Byte& byte, const Content& content) {
    if (program_.samples == 1 || content.step == nobody) return;
    if (homes_[content.step].count(byte) == 0) fault(step, "stores what is there once in every sample, and is no sum");
  }

  void check_unread() {
    std::map<std::uint32_t, std::set<std::uint64_t>> read_of;
    for (const Content& content : read_) {
      if (content.step != nobody && content.place.space == Space::slot)
        read_of[content.step].insert(content.place.address);
    }
    for (const Content& content : drained_) {
      if (cut_.count(content.step) != 0) continue;
      const std::set<std::uint64_t>& read = read_of[content.step];
      const auto is_read = [&](std::uint64_t address) { return read.count(address) != 0; };
      if (!is_read(content.place.address) && !is_between_rows(content.place.address, word_, is_read))
        fault(content.step, "drains what no step reads");
    }
  }

  void check_sums() {
    for (const auto& [byte, drainers] : once_drainers_) {
      if (program_.samples == 1 || byte.space != Space::once) continue;
      for (const std::uint32_t one : drainers) {
        if (!order_.sum_up(one, drainers.front(), byte))
          fault(one, "drains what is there once in every sample, and is no sum");
      }
    }
  }

  /// Where places are used again a step may wait for whoever used its places before.
  void check_dependencies(std::uint32_t step) {
    if (order_.reuses() || has_transfers_ || std::holds_alternative<ProgramJob>(program_.steps[step].job)) return;
    for (const std::uint32_t earlier : program_.steps[step].depends_on) {
      if (direct_[step].count(earlier) == 0)
        fault(step, "waits for " + step_text(earlier) + ", of which it reads nothing");
    }
  }

  /// Whether a step reads a part of every row, as tiles that do not work in step do: another tile's is beside it.
  bool reads_part_of_rows(std::uint32_t step) const {
    const StridedRange* own = only_fetch_of_tiles(step);
    if (own == nullptr) return false;
    for (std::uint32_t other = 0; other < program_.steps.size(); ++other) {
      const StridedRange* fetch = only_fetch_of_tiles(other);
      if (fetch == nullptr || fetch->stride != own->stride) continue;
      if (fetch->address + fetch->bytes <= own->address
              ? own->address - fetch->address < own->stride
              : own->address + own->bytes <= fetch->address && fetch->address - own->address < own->stride)
        return true;
    }
    return false;
  }
  const StridedRange* only_fetch_of_tiles(std::uint32_t step) const {
    const auto* job = std::get_if<TileJob>(&program_.steps[step].job);
    return job != nullptr && job->fetches.size() == 1 ? &job->fetches[0] : nullptr;
  }

  /// What a step drains is read with all its vectors. Where a program is cut, pieces read parts.
  void check_whole(std::uint32_t step, std::uint32_t source, const std::set<Byte>& bytes) {
    const bool is_cut = std::any_of(program_.steps.begin(), program_.steps.end(),
                                    [](const Step& one) { return transfer_of(one) != nullptr; });
    if (is_cut || cut_.count(source) != 0 || reads_part_of_rows(step)) return;
    const StreamJob& job = *stream_of(program_.steps[source].job);
    for (const StridedRange& drain : with_adapters(program_.steps[source].job, &StreamJob::drains)) {
      const Space space = drain.per_sample ? Space::slot : Space::once;
      const auto is_read = [&](std::uint64_t address) { return bytes.count({space, address}) != 0; };
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
  UseOrder order_;
  std::unordered_map<Byte, Content, ByteHash> held_;
  std::unordered_map<Byte, std::uint32_t, ByteHash> drainer_;  ///< the last one
  std::map<Byte, std::vector<std::uint32_t>> once_drainers_;
  std::set<Content> read_;        ///< by steps that compute
  std::vector<Content> drained_;  ///< to slots
  bool has_transfers_ = false;
  std::vector<std::map<std::uint32_t, std::set<Byte>>> direct_;  ///< by step: what it reads of which step
  std::vector<std::set<Byte>> homes_;                            ///< by step: what is there once, of which it reads
  DataFlow flow_;
};

}  // namespace

DataFlow data_flow(const Program& program, const SramConfig& sram, const std::set<std::uint32_t>& cut) {
  return Follower(program, sram, cut).follow();
}

std::vector<std::string> missing_off_chip(const std::set<std::uint64_t>& borrowed,
                                          const std::set<std::uint64_t>& resident) {
  std::vector<std::string> faults;
  for (const std::uint64_t address : borrowed) {
    if (resident.count(address) == 0)
      faults.push_back("byte " + std::to_string(address) + " of the off-chip memory is read, which nothing brought");
  }
  return faults;
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
