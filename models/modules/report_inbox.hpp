#pragma once

#include <cstdint>
#include <deque>
#include <systemc>

#include "models/modules/cycle_time.hpp"
#include "models/modules/dataflow.hpp"

namespace palimpsest {

/// What units report to the sequencer, kept until the cycle after it came in. The sequencer then sees the same reports
/// in whatever order the kernel ran the processes of a cycle.
class ReportInbox {
 public:
  struct Report {
    enum class Kind : std::uint8_t { intake_free, job_done };
    std::uint64_t cycle;
    Kind kind;
    std::uint32_t unit;
    StepInstance instance;  ///< of the job that is done
  };

  explicit ReportInbox(const CycleTime& time) : time_(time) {}

  void intake_free(std::uint32_t unit) { put({time_.now(), Report::Kind::intake_free, unit, {}}); }
  void job_done(std::uint32_t unit, StepInstance instance) {
    put({time_.now(), Report::Kind::job_done, unit, instance});
  }

  /// Moves the oldest report to `report` if it came in before `cycle`.
  bool take_before(std::uint64_t cycle, Report& report) {
    if (reports_.empty() || reports_.front().cycle >= cycle) return false;
    report = reports_.front();
    reports_.pop_front();
    return true;
  }

  /// Notified one cycle after every report.
  sc_core::sc_event readable{"readable"};

 private:
  void put(const Report& report) {
    reports_.push_back(report);
    readable.notify(time_.span(1));
  }

  CycleTime time_;
  std::deque<Report> reports_;
};

}  // namespace palimpsest
