#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <systemc>
#include <tuple>
#include <utility>
#include <vector>

#include "models/modules/cycle_time.hpp"
#include "models/modules/unit_services.hpp"
#include "models/protocol/command_protocol.hpp"
#include "models/protocol/memory_protocol.hpp"

namespace palimpsest {

inline const Clock test_clock{10'000};

/// What a module under test is given; lines of 64 bytes.
struct TestServices {
  PayloadPool payloads;
  ActionCounts counts;
  UnitServices services{CycleTime(test_clock), 64, payloads, counts};
};

/// Runs what a test planned for a cycle, in planned order, in a process of the kernel.
class Script : public sc_core::sc_module {
 public:
  explicit Script(const sc_core::sc_module_name& name) : sc_module(name), time_(test_clock) {
    SC_METHOD(run);
    sensitive << next_;
  }

  void at(std::uint64_t cycle, std::function<void()> what) { plan_.emplace(cycle, std::move(what)); }

 private:
  SC_HAS_PROCESS(Script);
  void run() {
    while (!plan_.empty() && plan_.begin()->first == time_.now()) {
      plan_.begin()->second();
      plan_.erase(plan_.begin());
    }
    if (!plan_.empty()) next_.notify(time_.span(plan_.begin()->first - time_.now()));
  }

  CycleTime time_;
  std::multimap<std::uint64_t, std::function<void()>> plan_;
  sc_core::sc_event next_;
};

/// Notes the cycles at which `event` happened.
class EventLog : public sc_core::sc_module {
 public:
  sc_core::sc_event event;
  std::vector<std::uint64_t> cycles;

  explicit EventLog(const sc_core::sc_module_name& name) : sc_module(name), time_(test_clock) {
    SC_METHOD(note);
    sensitive << event;
    dont_initialize();
  }

 private:
  SC_HAS_PROCESS(EventLog);
  void note() { cycles.push_back(time_.now()); }

  CycleTime time_;
};

/// A memory without contention: responds to every request after a fixed number of cycles.
class StubMemory : public sc_core::sc_module {
 public:
  using Request = std::tuple<std::uint64_t, std::uint64_t, std::uint32_t, bool>;  ///< cycle, address, bytes, is read

  MemoryTarget<StubMemory> socket{"socket"};
  std::vector<Request> requests;

  StubMemory(const sc_core::sc_module_name& name, std::uint64_t latency)
      : sc_module(name), time_(test_clock), latency_(latency) {
    socket.register_nb_transport_fw(this, &StubMemory::receive);
  }

 private:
  tlm::tlm_sync_enum receive(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& /*delay*/) {
    requests.emplace_back(time_.now(), payload.get_address(), payload.get_data_length(), payload.is_read());
    tlm::tlm_phase response = tlm::BEGIN_RESP;
    sc_core::sc_time delay = time_.span(latency_);
    socket->nb_transport_bw(payload, response, delay);
    phase = tlm::END_REQ;
    return tlm::TLM_UPDATED;
  }

  CycleTime time_;
  std::uint64_t latency_;
};

/// Gives jobs to one unit, the first at cycle 0 and each next one at the cycle the intake becomes free.
template <class JobType>
class StubSequencer : public sc_core::sc_module {
 public:
  CommandInitiator<StubSequencer, JobType> socket{"socket"};
  std::vector<std::uint64_t> intake_free;
  std::vector<std::uint64_t> done;

  StubSequencer(const sc_core::sc_module_name& name, std::vector<JobType> jobs)
      : sc_module(name), time_(test_clock), jobs_(std::move(jobs)) {
    for (const JobType& job : jobs_) commands_.push_back({&job, 0, 0, 0});
    socket.register_nb_transport_bw(this, &StubSequencer::hear);
    SC_METHOD(issue);
  }

 private:
  SC_HAS_PROCESS(StubSequencer);
  void issue() {
    if (next_ == commands_.size()) return;
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay;
    socket->nb_transport_fw(commands_[next_++], phase, delay);
  }

  tlm::tlm_sync_enum hear(Command<JobType>& /*command*/, tlm::tlm_phase& phase, sc_core::sc_time& /*delay*/) {
    if (phase == tlm::END_REQ) {
      intake_free.push_back(time_.now());
      issue();
      return tlm::TLM_ACCEPTED;
    }
    done.push_back(time_.now());
    return tlm::TLM_COMPLETED;
  }

  CycleTime time_;
  std::vector<JobType> jobs_;
  std::vector<Command<JobType>> commands_;
  std::size_t next_ = 0;
};

/// A unit that notes what it is given, and frees its intake and is done after a fixed number of cycles, or never.
template <class JobType>
class StubUnit : public sc_core::sc_module {
 public:
  using Given = std::tuple<std::uint64_t, std::uint32_t, std::uint32_t>;  ///< cycle, sample, step

  CommandTarget<StubUnit, JobType> socket{"socket"};
  std::vector<Given> given;
  std::vector<std::uint64_t> slot_offsets;

  StubUnit(const sc_core::sc_module_name& name, std::uint64_t cycles, bool answers = true)
      : sc_module(name), time_(test_clock), cycles_(cycles), answers_(answers) {
    socket.register_nb_transport_fw(this, &StubUnit::take);
    SC_METHOD(finish);
    sensitive << end_;
    dont_initialize();
  }

 private:
  SC_HAS_PROCESS(StubUnit);
  tlm::tlm_sync_enum take(Command<JobType>& command, tlm::tlm_phase& /*phase*/, sc_core::sc_time& /*delay*/) {
    given.emplace_back(time_.now(), command.sample, command.step);
    slot_offsets.push_back(command.slot_offset);
    current_ = &command;
    if (answers_) end_.notify(time_.span(cycles_));
    return tlm::TLM_ACCEPTED;
  }

  void finish() {
    sc_core::sc_time delay;
    tlm::tlm_phase phase = tlm::END_REQ;
    socket->nb_transport_bw(*current_, phase, delay);
    phase = tlm::BEGIN_RESP;
    socket->nb_transport_bw(*current_, phase, delay);
  }

  CycleTime time_;
  std::uint64_t cycles_;
  bool answers_;
  sc_core::sc_event end_;
  Command<JobType>* current_ = nullptr;
};

}  // namespace palimpsest
