#include "tests/support/value_flow.hpp"
#include "tests/support/stream_of.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace palimpsest::test {
namespace {

/// A byte as it was drained (by a step, in a vector, of its drains in their order), or a place of what is there once
/// that nobody drained yet.
struct Value {
  std::size_t step = 0;
  std::uint64_t vector = 0;
  std::uint64_t position = 0;
  bool drained = true;

  std::tuple<std::size_t, std::uint64_t, std::uint64_t, bool> key() const { return {step, vector, position, drained}; }
  bool operator<(const Value& other) const { return key() < other.key(); }
  bool operator==(const Value& other) const { return key() == other.key(); }
  bool operator!=(const Value& other) const { return key() != other.key(); }
};

using Content = std::optional<Value>;

enum class Space : std::size_t { slot, once, off_chip_slot, off_chip_once };

/// What the memories hold while a program is gone through.
class Memories {
 public:
  std::vector<Content> read(const std::vector<StridedRange>& ranges, std::uint64_t vector, bool off_chip) const {
    std::vector<Content> contents;
    each(ranges, vector, off_chip, [&](Space space, std::uint64_t address) { contents.push_back(at(space, address)); });
    return contents;
  }
  template <class Contents>
  void write(const std::vector<StridedRange>& ranges, std::uint64_t vector, bool off_chip, const Contents& content_at) {
    std::uint64_t position = 0;
    each(ranges, vector, off_chip, [&](Space space, std::uint64_t address) {
      held_[{space, address}] = content_at(position++);
    });
  }
  /// Drained bytes of what is there once.
  std::set<Value> once() const {
    std::set<Value> values;
    for (const auto& [place, content] : held_) {
      const bool is_once = place.first == Space::once || place.first == Space::off_chip_once;
      if (is_once && content && content->drained) values.insert(*content);
    }
    return values;
  }

 private:
  template <class Visit>
  static void each(const std::vector<StridedRange>& ranges, std::uint64_t vector, bool off_chip, const Visit& visit) {
    for (const StridedRange& range : ranges) {
      const Space space = off_chip ? (range.per_sample ? Space::off_chip_slot : Space::off_chip_once)
                                   : (range.per_sample ? Space::slot : Space::once);
      for (std::uint64_t row = 0; row < range.rows; ++row) {
        for (std::uint64_t byte = 0; byte < range.bytes; ++byte)
          visit(space, range.address + vector * range.stride + row * range.row_stride + byte);
      }
    }
  }
  Content at(Space space, std::uint64_t address) const {
    const auto held = held_.find({space, address});
    if (held != held_.end()) return held->second;
    if (space == Space::slot || space == Space::off_chip_slot) return std::nullopt;
    return Value{static_cast<std::size_t>(space), 0, address, false};
  }

  std::map<std::pair<Space, std::uint64_t>, Content> held_;
};

class Comparison {
 public:
  Comparison(const Program& planned, const Program& plain) : planned_(planned), plain_(plain) {}

  std::vector<std::string> faults() {
    for (std::size_t step = 0; step < planned_.steps.size(); ++step) {
      const Step& one = planned_.steps[step];
      if (const auto* transfer = std::get_if<OffChipJob>(&one.job)) {
        move(*transfer);
      } else if (!play(step, one)) {
        return faults_;
      }
    }
    if (original_ != plain_.steps.size()) fault(planned_.steps.size(), "is missing: not all steps are there");
    if (held_.once() != plain_held_.once()) fault(planned_.steps.size(), "would find other values in the end");
    return faults_;
  }

 private:
  void fault(std::size_t step, const std::string& what) {
    const std::string line = "step " + std::to_string(step) + " " + what;
    if (faults_.empty() || faults_.back() != line) faults_.push_back(line);
  }

  void move(const OffChipJob& job) {
    for (std::uint64_t vector = 0; vector < job.vectors; ++vector) {
      const bool loads = job.loads();
      const auto moved = held_.read(loads ? std::vector{job.memory} : job.fetches, vector, loads);
      held_.write(loads ? job.drains : std::vector{job.memory}, vector, !loads,
                  [&](std::uint64_t position) { return position < moved.size() ? moved[position] : Content(); });
    }
  }

  bool play(std::size_t number, const Step& piece) {
    if (original_ == plain_.steps.size() || plain_.steps[original_].job.index() != piece.job.index() ||
        plain_.steps[original_].tile_group != piece.tile_group) {
      fault(number, "is not the next one");
      return false;
    }
    const Step& original = plain_.steps[original_];
    const StreamJob* job = stream_of(piece.job);
    if (job == nullptr) {
      ++original_;
      return true;
    }
    const bool of_vectors = bytes_of(piece.job, &StreamJob::fetches) == bytes_of(original.job, &StreamJob::fetches) &&
                            bytes_of(piece.job, &StreamJob::drains) == bytes_of(original.job, &StreamJob::drains) &&
                            bytes_of(piece.job, &StreamJob::preloads) == bytes_of(original.job, &StreamJob::preloads);
    if (of_vectors && group_.empty() && read_.empty()) {
      play_vectors(number, piece.job, original.job);
    } else {
      play_block(number, piece.job, original.job);
    }
    return true;
  }

  static std::uint64_t bytes_of(const Job& job, std::vector<StridedRange> StreamJob::*ranges) {
    std::uint64_t bytes = 0;
    for (const StridedRange& range : with_adapters(job, ranges)) bytes += range.rows * range.bytes;
    return bytes;
  }
  static std::vector<StridedRange> preloads_of(const Job& job) { return with_adapters(job, &StreamJob::preloads); }
  static std::vector<StridedRange> fetches_of(const Job& job) { return with_adapters(job, &StreamJob::fetches); }
  static std::vector<StridedRange> drains_of(const Job& job) { return with_adapters(job, &StreamJob::drains); }

  /// Some of the vectors of a step, or all of them.
  void play_vectors(std::size_t number, const Job& piece, const Job& original) {
    const StreamJob& job = *stream_of(piece);
    const LoraJob* adapters = adapters_of(piece);
    if (adapters != nullptr && adapters->vectors != job.vectors) fault(number, "has adapters of other vectors");
    compare(number, held_.read(preloads_of(piece), 0, false), plain_held_.read(preloads_of(original), 0, false));
    for (std::uint64_t vector = 0; vector < job.vectors; ++vector, ++vectors_) {
      compare(number, held_.read(fetches_of(piece), vector, false),
              plain_held_.read(fetches_of(original), vectors_, false));
      const auto drained = [&](std::uint64_t position) { return Content(Value{original_, vectors_, position}); };
      held_.write(drains_of(piece), vector, false, drained);
      plain_held_.write(drains_of(original), vectors_, false, drained);
    }
    if (vectors_ > stream_of(original)->vectors) fault(number, "has vectors that are not there");
    if (vectors_ < stream_of(original)->vectors) return;
    vectors_ = 0;
    ++original_;
  }

  static std::set<Value> read_by(const Memories& memories, const Job& job) {
    std::set<Value> values;
    const StreamJob& stream = *stream_of(job);
    const auto add = [&](const std::vector<Content>& contents) {
      for (const Content& content : contents) {
        if (content && content->drained) values.insert(*content);
      }
    };
    add(memories.read(preloads_of(job), 0, false));
    for (std::uint64_t vector = 0; vector < stream.vectors; ++vector)
      add(memories.read(fetches_of(job), vector, false));
    return values;
  }

  /// Multiply-accumulates, or elementary operations, of all vectors.
  static std::uint64_t work_of(const Job& job) {
    if (const auto* lora = std::get_if<LoraJob>(&job)) return lora->vectors * lora->macs_per_vector;
    const auto* vector = std::get_if<VectorJob>(&job);
    return vector == nullptr ? 0 : vector->vectors * vector->operations_per_vector.total();
  }

  /// A block of a matrix. Of which rows and columns is not known: the step is done when its blocks have done its work,
  /// and then they must have read all that it reads. What it drains is known by the step alone from then on.
  void play_block(std::size_t number, const Job& piece, const Job& original) {
    if (read_.empty()) {
      read_ = read_by(plain_held_, original);
      // What it adds to it drains again.
      const StreamJob& job = *stream_of(original);
      for (std::uint64_t vector = 0; vector < job.vectors; ++vector)
        plain_held_.write(drains_of(original), vector, false, [&](std::uint64_t) {
          return Content(Value{original_, 0, 0});
        });
    }
    for (const Value& value : read_by(held_, piece)) group_.insert(value);
    const StreamJob& job = *stream_of(piece);
    for (std::uint64_t vector = 0; vector < job.vectors; ++vector)
      held_.write(drains_of(piece), vector, false, [&](std::uint64_t) { return Content(Value{original_, 0, 0}); });
    work_ += work_of(piece);
    if (work_ < work_of(original)) return;
    if (work_ > work_of(original) || !std::includes(group_.begin(), group_.end(), read_.begin(), read_.end()))
      fault(number, "ends a step whose blocks are not all of it");
    work_ = 0;
    group_.clear();
    read_.clear();
    ++original_;
  }

  void compare(std::size_t step, const std::vector<Content>& got, const std::vector<Content>& expected) {
    if (got.size() != expected.size()) fault(step, "reads another number of bytes");
    for (std::size_t byte = 0; byte < std::min(got.size(), expected.size()); ++byte) {
      // What lies between rows.
      if (!expected[byte]) continue;
      const bool once = !expected[byte]->drained;
      if (!got[byte] || got[byte]->drained == once || (!once && *got[byte] != *expected[byte])) {
        fault(step, "reads a byte that holds something else");
      } else if (once) {
        const Value& place = place_of_.emplace(*expected[byte], *got[byte]).first->second;
        const Value& plain_place = place_from_.emplace(*got[byte], *expected[byte]).first->second;
        if (place != *got[byte] || plain_place != *expected[byte])
          fault(step, "reads what is there once at another place");
      }
    }
  }

  const Program& planned_;
  const Program& plain_;
  Memories held_;
  Memories plain_held_;
  std::size_t original_ = 0;   ///< the step of `plain_` that comes next
  std::uint64_t vectors_ = 0;  ///< of it that were done
  std::set<Value> read_;       ///< by a step that is done in blocks
  std::set<Value> group_;      ///< by its blocks so far
  std::uint64_t work_ = 0;     ///< of its blocks so far
  std::map<Value, Value> place_of_;
  std::map<Value, Value> place_from_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> value_faults(const Program& planned, const Program& plain) {
  return Comparison(planned, plain).faults();
}

}  // namespace palimpsest::test
