#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <system_error>
#include <utility>

namespace palimpsest {

/// Calls `task(i)` for i in [0, count) on up to `threads` threads, in no particular order. If a task throws, the first
/// exception is thrown again here once all threads have stopped. Where the system refuses a thread it goes on with
/// fewer.
void parallel_for(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& task);

/// The result of `task`, which begins now on a thread of its own if `threads` are several and the system has one, and
/// otherwise when the result is asked for.
template <class Task>
auto in_background(unsigned threads, Task task) -> std::future<decltype(task())> {
  if (threads > 1) {
    try {
      return std::async(std::launch::async, task);
    } catch (const std::system_error&) {
      // No further thread.
    }
  }
  return std::async(std::launch::deferred, std::move(task));
}

}  // namespace palimpsest
