#pragma once

#include <cstdint>
#include <systemc>

#include "models/physics/clock.hpp"

namespace palimpsest {

/// Clock cycles to SystemC time and back, in integers: sc_time's own arithmetic goes through double and rounds.
class CycleTime {
 public:
  explicit CycleTime(const Clock& clock)
      : period_(sc_core::sc_time(static_cast<double>(clock.period_ps), sc_core::SC_PS).value()) {}

  sc_core::sc_time span(std::uint64_t cycles) const { return sc_core::sc_time::from_value(cycles * period_); }
  std::uint64_t cycles(const sc_core::sc_time& span) const { return span.value() / period_; }
  std::uint64_t now() const { return cycles(sc_core::sc_time_stamp()); }

 private:
  std::uint64_t period_;  ///< in units of the kernel's time resolution
};

}  // namespace palimpsest
