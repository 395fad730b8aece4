#include <atomic>
#include <catch2/catch.hpp>
#include <cstddef>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "sim/parallel.hpp"
#include "tests/support/no_more_threads.hpp"

using namespace palimpsest;
using test::NoMoreThreads;

TEST_CASE("Every index is called once, with fewer, as many or more threads than indices") {
  for (const unsigned threads : {0U, 1U, 2U, 7U, 64U}) {
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
      std::vector<std::atomic<int>> calls(count);
      parallel_for(count, threads, [&](std::size_t index) { ++calls.at(index); });
      for (const std::atomic<int>& call : calls) REQUIRE(call == 1);
    }
  }
}

TEST_CASE("One thread is the caller's") {
  const std::thread::id caller = std::this_thread::get_id();
  std::size_t elsewhere = 0;
  parallel_for(50, 1, [&](std::size_t) { elsewhere += std::this_thread::get_id() == caller ? 0 : 1; });
  CHECK(elsewhere == 0);
}

TEST_CASE("No more threads work than were allowed") {
  std::mutex mutex;
  std::set<std::thread::id> workers;
  parallel_for(500, 3, [&](std::size_t) {
    const std::lock_guard<std::mutex> lock(mutex);
    workers.insert(std::this_thread::get_id());
  });
  CHECK(workers.size() <= 3);
}

TEST_CASE("Tasks that wait for each other get a thread each") {
  // Two tasks that each need the other to have started: on one thread they would never end.
  std::atomic<int> started{0};
  parallel_for(2, 2, [&](std::size_t) {
    ++started;
    while (started < 2) std::this_thread::yield();
  });
  CHECK(started == 2);
}

TEST_CASE("An exception of a task reaches the caller") {
  for (const unsigned threads : {1U, 4U}) {
    try {
      parallel_for(100, threads, [](std::size_t index) {
        if (index == 13) throw std::runtime_error("task 13");
      });
      FAIL("no exception with " << threads << " threads");
    } catch (const std::runtime_error& error) {
      CHECK(std::string(error.what()) == "task 13");
    }
  }
}

TEST_CASE("After an exception no thread begins a further task") {
  // The caller's task ends only after the helper that throws is gone, so what the caller does next is decided.
  static std::atomic<bool> caller_started{false};
  static std::atomic<bool> helper_gone{false};
  struct Farewell {
    ~Farewell() { helper_gone = true; }
  };
  const std::thread::id caller = std::this_thread::get_id();
  std::atomic<int> calls{0};
  const auto task = [&](std::size_t) {
    ++calls;
    if (std::this_thread::get_id() == caller) {
      caller_started = true;
      while (!helper_gone) std::this_thread::yield();
      return;
    }
    thread_local const Farewell farewell;
    static_cast<void>(&farewell);
    while (!caller_started) std::this_thread::yield();
    throw std::runtime_error("stop");
  };
  CHECK_THROWS_AS(parallel_for(100, 2, task), std::runtime_error);
  CHECK(calls == 2);
}

TEST_CASE("Where the system has no thread to give the caller does all the work") {
  const NoMoreThreads none;
  const std::thread::id caller = std::this_thread::get_id();
  std::vector<int> calls(100);
  std::size_t elsewhere = 0;
  parallel_for(calls.size(), 8, [&](std::size_t index) {
    ++calls[index];
    elsewhere += std::this_thread::get_id() == caller ? 0 : 1;
  });
  CHECK(calls == std::vector<int>(100, 1));
  CHECK(elsewhere == 0);
}

TEST_CASE("A task in the background has a thread of its own if there may be several") {
  const std::thread::id caller = std::this_thread::get_id();
  const auto thread = [] { return std::this_thread::get_id(); };
  CHECK(in_background(2, thread).get() != caller);
  CHECK(in_background(1, thread).get() == caller);
  const NoMoreThreads none;
  CHECK(in_background(2, thread).get() == caller);
}

TEST_CASE("An exception of a task in the background is thrown where its result is asked for") {
  for (const unsigned threads : {1U, 4U}) {
    auto result = in_background(threads, []() -> int { throw std::runtime_error("task"); });
    CHECK_THROWS_AS(result.get(), std::runtime_error);
  }
}
