#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <variant>

#include "models/modules/report_inbox.hpp"
#include "models/protocol/command_protocol.hpp"

namespace palimpsest {

/// The sequencer's side of the socket to one unit, whatever its job type.
class UnitLink {
 public:
  virtual ~UnitLink() = default;
  virtual void issue(const Step& step, StepInstance instance, std::uint64_t slot_offset) = 0;
};

/// Owns the commands that its unit works on; a unit finishes them in the order it got them.
template <class JobType>
class CommandLink : public UnitLink {
 public:
  CommandInitiator<CommandLink, JobType> socket;

  CommandLink(const std::string& name, std::uint32_t unit, ReportInbox& inbox)
      : socket(name.c_str()), unit_(unit), inbox_(inbox) {
    socket.register_nb_transport_bw(this, &CommandLink::hear);
  }

  void issue(const Step& step, StepInstance instance, std::uint64_t slot_offset) override {
    issue(std::get<JobType>(step.job), instance, slot_offset);
  }

  /// A job of `instance`, which outlives it.
  void issue(const JobType& job, StepInstance instance, std::uint64_t slot_offset) {
    commands_.push_back({&job, slot_offset, instance.sample, instance.step});
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay;
    socket->nb_transport_fw(commands_.back(), phase, delay);
  }

 private:
  tlm::tlm_sync_enum hear(Command<JobType>& command, tlm::tlm_phase& phase, sc_core::sc_time& /*delay*/) {
    if (phase == tlm::END_REQ) {
      inbox_.intake_free(unit_);
      return tlm::TLM_ACCEPTED;
    }
    inbox_.job_done(unit_, {command.sample, command.step});
    commands_.pop_front();
    return tlm::TLM_COMPLETED;
  }

  std::uint32_t unit_;
  ReportInbox& inbox_;
  std::deque<Command<JobType>> commands_;
};

}  // namespace palimpsest
