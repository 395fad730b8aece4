#pragma once

#include <pthread.h>

#include <catch2/catch.hpp>
#include <cstddef>

namespace palimpsest::test {

/// While there is one, the system has no thread to give, for root too: the stack of each would be larger than the
/// address space.
class NoMoreThreads {
 public:
  NoMoreThreads() {
    REQUIRE(::pthread_getattr_default_np(&before_) == 0);
    pthread_attr_t attributes = before_;
    REQUIRE(::pthread_attr_setstacksize(&attributes, std::size_t{1} << 60U) == 0);
    REQUIRE(::pthread_setattr_default_np(&attributes) == 0);
  }
  NoMoreThreads(const NoMoreThreads&) = delete;
  NoMoreThreads& operator=(const NoMoreThreads&) = delete;
  ~NoMoreThreads() {
    ::pthread_setattr_default_np(&before_);
    ::pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_{};
};

}  // namespace palimpsest::test
