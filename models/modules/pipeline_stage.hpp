#pragma once

#include <cassert>
#include <cstdint>
#include <systemc>

#include "models/modules/cycle_time.hpp"
#include "models/protocol/vector_protocol.hpp"

namespace palimpsest {

/// A stage of a streaming unit: holds one vector, and hands it on when its service ended and the next stage is empty.
/// What the service is, a derived class says. Even a service of no time ends one delta cycle after it began, so that a
/// long job does not become a deep recursion.
template <class JobType>
class PipelineStage : public sc_core::sc_module {
 public:
  VectorTarget<PipelineStage, JobType> in{"in"};
  VectorInitiator<PipelineStage, JobType> out{"out"};

 protected:
  SC_HAS_PROCESS(PipelineStage);

  explicit PipelineStage(const sc_core::sc_module_name& name) : sc_module(name) {
    in.register_nb_transport_fw(this, &PipelineStage::take);
    out.register_nb_transport_bw(this, &PipelineStage::next_is_empty);
    SC_METHOD(end_service);
    sensitive << service_end_;
    dont_initialize();
  }

  /// Starts the service of `vector`; service_end_ must be notified at its end.
  virtual void begin_service(const VectorToken<JobType>& vector) = 0;

  /// Called when the service of `vector` has ended, and when the stage hands it on.
  virtual void served(const VectorToken<JobType>& /*vector*/) {}
  virtual void handing_on(const VectorToken<JobType>& /*vector*/) {}

  /// Whether the stage is done with `vector` when its service has ended, and does not hand it on.
  virtual bool ends_here(const VectorToken<JobType>& /*vector*/) const { return false; }

  sc_core::sc_event service_end_{"service_end"};

 private:
  tlm::tlm_sync_enum take(VectorToken<JobType>& vector, tlm::tlm_phase& /*phase*/, sc_core::sc_time& /*delay*/) {
    assert(vector_.command == nullptr);
    vector_ = vector;
    begin_service(vector_);
    return tlm::TLM_ACCEPTED;
  }

  tlm::tlm_sync_enum next_is_empty(VectorToken<JobType>& /*vector*/, tlm::tlm_phase& /*phase*/,
                                   sc_core::sc_time& /*delay*/) {
    next_empty_ = true;
    hand_on();
    return tlm::TLM_ACCEPTED;
  }

  void end_service() {
    served_ = true;
    served(vector_);
    hand_on();
  }

  /// The stage is empty before it tells the stage in front, which may hand it the next vector within that call.
  void hand_on() {
    if (!served_) return;
    const bool ends = ends_here(vector_);
    if (!ends && !next_empty_) return;
    VectorToken<JobType> leaving = vector_;
    vector_ = {};
    served_ = false;
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay;
    if (!ends) {
      handing_on(leaving);
      next_empty_ = out->nb_transport_fw(leaving, phase, delay) == tlm::TLM_UPDATED;
    }
    phase = tlm::END_REQ;
    in->nb_transport_bw(leaving, phase, delay);
  }

  VectorToken<JobType> vector_;
  bool served_ = false;
  bool next_empty_ = true;
};

/// A stage whose service takes a number of cycles that is known when it begins.
template <class JobType>
class FixedTimeStage : public PipelineStage<JobType> {
 protected:
  FixedTimeStage(const sc_core::sc_module_name& name, const CycleTime& time)
      : PipelineStage<JobType>(name), time_(time) {}

  /// Cycles for one vector of `job`. Called once for each, so it is also where its actions are counted.
  virtual std::uint64_t serve(const JobType& job) = 0;

 private:
  void begin_service(const VectorToken<JobType>& vector) final {
    this->service_end_.notify(time_.span(serve(*vector.command->job)));
  }

  CycleTime time_;
};

}  // namespace palimpsest
