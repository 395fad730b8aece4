#pragma once

#include <cstdint>
#include <systemc>

#include "models/physics/clock.hpp"

namespace palimpsest {

/// Clock cycles to SystemC time and back, in integers: sc_time's own arithmetic goes through double and rounds.
///
/// The kernel counts time in 64 bits of its resolution and wraps without a word, so the resolution is the coarsest that
/// holds the clock's edges: the largest power of ten, in picoseconds, that divides the period. Whoever starts the
/// kernel asks cycles_left() first.
class CycleTime {
 public:
  /// The first clock of a process sets the kernel's resolution, so no other time than zero may exist before it. Throws
  /// std::logic_error for a later clock whose period is no multiple of it.
  explicit CycleTime(const Clock& clock);

  sc_core::sc_time span(std::uint64_t cycles) const { return sc_core::sc_time::from_value(cycles * period_); }
  std::uint64_t cycles(const sc_core::sc_time& span) const { return span.value() / period_; }
  std::uint64_t now() const { return cycles(sc_core::sc_time_stamp()); }

  /// From now to the end of what the kernel can count.
  std::uint64_t cycles_left() const { return cycles(sc_core::sc_max_time()) - 1 - now(); }

 private:
  std::uint64_t period_;  ///< in units of the kernel's time resolution
};

}  // namespace palimpsest
