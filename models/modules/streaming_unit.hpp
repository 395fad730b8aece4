#pragma once

#include <cassert>
#include <cstdint>
#include <systemc>

#include "models/modules/busy_time.hpp"
#include "models/modules/memory_stage.hpp"
#include "models/modules/unit_services.hpp"
#include "models/protocol/command_protocol.hpp"
#include "models/protocol/vector_protocol.hpp"

namespace palimpsest {

/// What tile groups, the LoRA unit, the vector unit and the ports of host and off-chip memory share: an intake that
/// reads the preloads of a job and offers its vectors to fetch, pass by pass, and the end behind drain where a job's
/// last vector finishes it. The stages between fetch and drain belong to the derived class, which binds them.
template <class JobType, class Fetch = MemoryStage<JobType>>
class StreamingUnit : public sc_core::sc_module {
 public:
  CommandTarget<StreamingUnit, JobType> commands{"commands"};
  Fetch fetch;
  MemoryStage<JobType> drain;

  std::uint64_t busy_cycles() const { return busy_.cycles(); }
  void reset_statistics() { busy_.reset(); }

 protected:
  StreamingUnit(const sc_core::sc_module_name& name, const UnitServices& services)
      : sc_module(name),
        fetch("fetch", services, tlm::TLM_READ_COMMAND, &StreamJob::fetches),
        drain("drain", services, tlm::TLM_WRITE_COMMAND, &StreamJob::drains),
        time_(services.time) {
    commands.register_nb_transport_fw(this, &StreamingUnit::take);
    to_fetch_.register_nb_transport_bw(this, &StreamingUnit::fetch_is_empty);
    from_drain_.register_nb_transport_fw(this, &StreamingUnit::finish);
    to_fetch_.bind(fetch.in);
    drain.out.bind(from_drain_);
    SC_METHOD(preloads_end);
    sensitive << preloaded_;
    dont_initialize();
  }

  /// Called when the preloads of a job have responded, if it has some.
  virtual void preloads_there() {}

  /// Called then, and each time fetch is empty while vectors are left.
  virtual void next_vector() { offer_vector(); }

  void offer_vector() {
    VectorToken<JobType> vector{current_, next_vector_, next_pass_};
    if (++next_pass_ == current_->job->passes) {
      ++next_vector_;
      next_pass_ = 0;
    }
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay;
    to_fetch_->nb_transport_fw(vector, phase, delay);
  }

  /// The job whose vectors are being offered.
  const JobType& current_job() const { return *current_->job; }

 private:
  SC_HAS_PROCESS(StreamingUnit);
  tlm::tlm_sync_enum take(Command<JobType>& command, tlm::tlm_phase& /*phase*/, sc_core::sc_time& /*delay*/) {
    assert(current_ == nullptr);
    busy_.job_taken(time_.now());
    current_ = &command;
    next_vector_ = 0;
    next_pass_ = 0;
    if (command.job->preloads.empty()) {
      next_vector();
    } else {
      fetch.port.start(tlm::TLM_READ_COMMAND, command.job->preloads, 0, 1, command.slot_offset, preloaded_);
    }
    return tlm::TLM_ACCEPTED;
  }

  void preloads_end() {
    preloads_there();
    next_vector();
  }

  tlm::tlm_sync_enum fetch_is_empty(VectorToken<JobType>& /*vector*/, tlm::tlm_phase& /*phase*/,
                                    sc_core::sc_time& /*delay*/) {
    if (next_vector_ < current_->job->vectors) {
      next_vector();
      return tlm::TLM_ACCEPTED;
    }
    Command<JobType>& passed = *current_;
    current_ = nullptr;
    answer(passed, tlm::END_REQ);
    return tlm::TLM_ACCEPTED;
  }

  tlm::tlm_sync_enum finish(VectorToken<JobType>& vector, tlm::tlm_phase& phase, sc_core::sc_time& /*delay*/) {
    if (vector.index + 1 == vector.command->job->vectors && vector.pass + 1 == vector.command->job->passes) {
      busy_.job_done(time_.now());
      answer(*vector.command, tlm::BEGIN_RESP);
    }
    phase = tlm::END_REQ;
    return tlm::TLM_UPDATED;
  }

  void answer(Command<JobType>& command, tlm::tlm_phase phase) {
    sc_core::sc_time delay;
    commands->nb_transport_bw(command, phase, delay);
  }

  CycleTime time_;
  VectorInitiator<StreamingUnit, JobType> to_fetch_{"to_fetch"};
  VectorTarget<StreamingUnit, JobType> from_drain_{"from_drain"};
  sc_core::sc_event preloaded_{"preloaded"};
  Command<JobType>* current_ = nullptr;
  std::uint32_t next_vector_ = 0;
  std::uint32_t next_pass_ = 0;
  BusyTime busy_;
};

}  // namespace palimpsest
