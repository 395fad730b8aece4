#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tests/support/step_bytes.hpp"

namespace palimpsest::test {

/// The order that dependencies put a program's steps in, and whether steps that use the same bytes have one.
class UseOrder {
 public:
  using Fault = std::function<void(std::size_t step, const std::string& what)>;

  UseOrder(const Program& program, std::uint32_t word, Fault fault)
      : program_(program), word_(word), fault_(std::move(fault)), before_(program.steps.size()) {}

  /// The next step, from the first on.
  void add(std::size_t step);
  /// Whether `step` waits for `earlier`, over any number of others.
  bool before(std::size_t step, std::size_t earlier) const { return before_[step][earlier]; }
  /// `step` reads or drains a byte.
  void use(std::uint32_t step, const Byte& byte, bool drains);
  /// Steps that add to what they read and drain.
  bool sum_up(std::uint32_t one, std::uint32_t other, const Byte& byte) const;
  /// Whether a byte of a slot was drained by several steps.
  bool reuses() const { return reuses_; }

 private:
  struct Use {
    std::uint32_t step = 0;
    bool drains = false;
  };

  bool collide(std::uint32_t step, const Use& earlier, const Byte& byte) const;
  bool adds_to(std::uint32_t step, const Byte& byte) const;

  const Program& program_;
  std::uint32_t word_;
  Fault fault_;
  std::vector<std::vector<bool>> before_;
  std::unordered_map<Byte, std::vector<Use>, ByteHash> uses_;
  bool reuses_ = false;
};

}  // namespace palimpsest::test
