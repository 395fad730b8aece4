#include "tests/support/use_order.hpp"

#include <algorithm>

namespace palimpsest::test {

void UseOrder::add(std::size_t step) {
  std::vector<bool>& before = before_[step];
  before.assign(program_.steps.size(), false);
  for (const std::uint32_t earlier : program_.steps[step].depends_on) {
    if (earlier >= step) {
      fault_(step, "depends on " + step_text(earlier) + ", which does not come before it");
      continue;
    }
    before[earlier] = true;
    for (std::size_t other = 0; other < earlier; ++other) before[other] = before[other] || before_[earlier][other];
  }
}

/// Whether two steps use a byte without an order between them.
bool UseOrder::collide(std::uint32_t step, const Use& earlier, const Byte& byte) const {
  return earlier.step != step && !before_[step][earlier.step] && !sum_up(step, earlier.step, byte);
}

bool UseOrder::sum_up(std::uint32_t one, std::uint32_t other, const Byte& byte) const {
  return byte.space == Space::once && adds_to(one, byte) && adds_to(other, byte) &&
         program_.steps[one].job.index() == program_.steps[other].job.index();
}

bool UseOrder::adds_to(std::uint32_t step, const Byte& byte) const {
  const auto holds = [&](const Range& range) {
    return range.space == byte.space && range.address <= byte.address && byte.address < range.address + range.bytes;
  };
  const std::vector<Range> reads = reads_of(program_.steps[step], word_);
  const std::vector<Range> drains = drains_of(program_.steps[step], word_);
  return std::any_of(reads.begin(), reads.end(), holds) && std::any_of(drains.begin(), drains.end(), holds);
}

void UseOrder::use(std::uint32_t step, const Byte& byte, bool drains) {
  std::vector<Use>& uses = uses_[byte];
  bool all_before = true;
  for (const Use& earlier : uses) {
    if (!drains && !earlier.drains) continue;
    if (collide(step, earlier, byte)) {
      const std::uint32_t reader = drains ? earlier.step : step;
      const std::uint32_t drainer = drains ? step : earlier.step;
      if (drains && earlier.drains) {
        fault_(step, "drains what " + step_text(earlier.step) + " drains, without an order between them");
      } else {
        fault_(reader, "reads what " + step_text(drainer) + " drains, without an order between them");
      }
    }
    all_before = all_before && before_[step][earlier.step];
    if (drains && !byte.is_once() && earlier.step != step) reuses_ = true;
  }
  // Whoever comes later and has an order with this step has one with those before it.
  if (drains && all_before) uses.clear();
  uses.push_back({step, drains});
}

}  // namespace palimpsest::test
