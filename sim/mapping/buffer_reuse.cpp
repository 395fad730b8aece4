#include "sim/mapping/buffer_reuse.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "sim/mapping/memory_reuse.hpp"

namespace palimpsest {

namespace {

constexpr std::uint64_t unplaced = std::numeric_limits<std::uint64_t>::max();

class Reuse {
 public:
  Reuse(std::vector<Step> steps, const BufferTable& buffers)
      : buffers_(buffers), users_(buffers.size()), address_(buffers.size(), unplaced), after_(buffers.size()) {
    result_.steps = std::move(steps);
  }

  ReusedSlot placed() {
    for (std::uint32_t step = 0; step < result_.steps.size(); ++step) {
      accesses_.push_back(buffers_.accesses(result_.steps[step].job));
      for (const BufferAccess& access : accesses_.back()) {
        std::vector<std::uint32_t>& users = users_[access.buffer];
        if (users.empty() || users.back() != step) users.push_back(step);
      }
    }
    for (std::uint32_t step = 0; step < result_.steps.size(); ++step) place(step);
    return std::move(result_);
  }

 private:
  void place(std::uint32_t step) {
    Step& one = result_.steps[step];
    for (const BufferAccess& access : accesses_[step]) {
      if (!buffers_[access.buffer].per_sample) continue;
      if (address_[access.buffer] == unplaced) take_place(access.buffer);
      if (!access.written) continue;
      const std::vector<std::uint32_t>& after = after_[access.buffer];
      one.depends_on.insert(one.depends_on.end(), after.begin(), after.end());
    }
    std::sort(one.depends_on.begin(), one.depends_on.end());
    one.depends_on.erase(std::unique(one.depends_on.begin(), one.depends_on.end()), one.depends_on.end());
    for_each_range(one.job, [&](StridedRange& range, std::uint32_t /*vectors*/, bool /*written*/) {
      if (!range.per_sample || range.bytes == 0) return;
      const std::uint32_t buffer = buffers_.find(range);
      range.address = address_[buffer] + (range.address - buffers_[buffer].address);
    });
    for (const BufferAccess& access : accesses_[step]) {
      if (buffers_[access.buffer].per_sample && users_[access.buffer].back() == step) leave_place(access.buffer);
    }
  }

  void take_place(std::uint32_t buffer) {
    std::uint64_t address = 0;
    for (const auto& [begin, end] : taken_) {
      if (begin - address >= buffers_.bytes(buffer)) break;
      address = end;
    }
    const std::uint64_t end = address + buffers_.bytes(buffer);
    address_[buffer] = address;
    after_[buffer] = freed_.take(address, end);
    taken_[address] = end;
    result_.slot_bytes = std::max(result_.slot_bytes, end);
  }

  void leave_place(std::uint32_t buffer) {
    const auto place = taken_.find(address_[buffer]);
    // A step may use a buffer in several ranges.
    if (place == taken_.end()) return;
    freed_.free(place->first, place->second, users_[buffer]);
    taken_.erase(place);
  }

  const BufferTable& buffers_;
  ReusedSlot result_;
  std::vector<std::vector<BufferAccess>> accesses_;  ///< by step
  std::vector<std::vector<std::uint32_t>> users_;    ///< by buffer: steps, in their order
  std::vector<std::uint64_t> address_;               ///< by buffer
  std::vector<std::vector<std::uint32_t>> after_;    ///< by buffer: steps that used its place before
  std::map<std::uint64_t, std::uint64_t> taken_;     ///< begin to end
  FreedPlaces freed_;
};

}  // namespace

ReusedSlot reuse_slot(std::vector<Step> steps, const BufferTable& buffers) {
  return Reuse(std::move(steps), buffers).placed();
}

}  // namespace palimpsest
