#include "sim/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace palimpsest {

void parallel_for(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& task) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr error;
  std::mutex error_mutex;
  const auto work = [&] {
    try {
      for (std::size_t index = next++; index < count; index = next++) task(index);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(error_mutex);
      if (!error) error = std::current_exception();
      next = count;
    }
  };
  std::vector<std::thread> helpers;
  const std::size_t most_workers = std::max<std::size_t>(std::min<std::size_t>(threads, count), 1);
  helpers.reserve(most_workers);
  try {
    while (helpers.size() + 1 < most_workers) helpers.emplace_back(work);
  } catch (const std::system_error&) {
    // The system has no further thread: those that there are do all the work.
  }
  work();
  for (std::thread& helper : helpers) helper.join();
  if (error) std::rethrow_exception(error);
}

}  // namespace palimpsest
