#include "models/protocol/jobs.hpp"

#include <algorithm>

namespace palimpsest {

VectorSpan moved_with(const StridedRange& range, std::uint64_t vector, std::uint64_t vectors, bool written) {
  const std::uint64_t first = vector - vector % range.together;
  const std::uint64_t last = std::min(first + range.together, vectors) - 1;
  return vector == (written ? last : first) ? VectorSpan{first, last - first + 1} : VectorSpan{};
}

}  // namespace palimpsest
