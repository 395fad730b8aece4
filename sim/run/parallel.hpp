#pragma once

#include <cstddef>
#include <functional>

namespace palimpsest {

/// Calls `task(i)` for i in [0, count) on up to `threads` threads, in no particular order. If a task throws, the first
/// exception is thrown again here once all threads have stopped.
void parallel_for(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& task);

}  // namespace palimpsest
