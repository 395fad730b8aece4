#pragma once

#include <cstdint>

namespace palimpsest {

/// Counts the cycles in which a unit has at least one job, from the cycle it takes the first to the cycle its last is
/// done.
class BusyTime {
 public:
  void job_taken(std::uint64_t now) {
    if (jobs_++ == 0) since_ = now;
  }
  void job_done(std::uint64_t now) {
    if (--jobs_ == 0) cycles_ += now - since_;
  }
  std::uint64_t cycles() const { return cycles_; }
  void reset() { *this = BusyTime(); }

 private:
  std::uint32_t jobs_ = 0;
  std::uint64_t since_ = 0;
  std::uint64_t cycles_ = 0;
};

}  // namespace palimpsest
