#include "models/modules/cycle_time.hpp"

#include <stdexcept>
#include <string>

namespace palimpsest {

namespace {

std::uint64_t largest_power_of_ten_in(std::uint64_t number) {
  std::uint64_t power = 1;
  while (number % (10 * power) == 0) power *= 10;
  return power;
}

std::uint64_t set_resolution(std::uint64_t picoseconds) {
  // The kernel warns where its default unit of time, which nothing here uses, is finer than its resolution.
  const sc_core::sc_actions actions =
      sc_core::sc_report_handler::set_actions(sc_core::SC_ID_DEFAULT_TIME_UNIT_CHANGED_, sc_core::SC_DO_NOTHING);
  sc_core::sc_set_time_resolution(static_cast<double>(picoseconds), sc_core::SC_PS);
  sc_core::sc_report_handler::set_actions(sc_core::SC_ID_DEFAULT_TIME_UNIT_CHANGED_, actions);
  return picoseconds;
}

}  // namespace

CycleTime::CycleTime(const Clock& clock) {
  // The kernel takes a resolution once per process.
  static const std::uint64_t resolution_ps = set_resolution(largest_power_of_ten_in(clock.period_ps));
  if (clock.period_ps % resolution_ps != 0)
    throw std::logic_error("clock: a period of " + std::to_string(clock.period_ps) +
                           " ps where the kernel counts in units of " + std::to_string(resolution_ps) + " ps");
  period_ = clock.period_ps / resolution_ps;
}

}  // namespace palimpsest
