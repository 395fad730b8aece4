#pragma once

#include <systemc>
#include <vector>

#include "models/modules/memory_port.hpp"
#include "models/modules/pipeline_stage.hpp"
#include "models/modules/unit_services.hpp"

namespace palimpsest {

/// The first and the last stage of a streaming unit: fetch reads what a vector needs from the SRAM buffer, drain writes
/// what it gave. Each has a memory port of its own.
template <class JobType>
class MemoryStage : public PipelineStage<JobType> {
 public:
  MemoryPort port;

  MemoryStage(const sc_core::sc_module_name& name, const UnitServices& services, tlm::tlm_command command,
              std::vector<StridedRange> StreamJob::*ranges)
      : PipelineStage<JobType>(name), port("port", services), command_(command), ranges_(ranges) {}

 protected:
  void begin_service(const VectorToken<JobType>& vector) override {
    const Command<JobType>& command = *vector.command;
    const std::uint32_t pass_with_memory = command_ == tlm::TLM_READ_COMMAND ? 0 : command.job->passes - 1;
    port.start(command_, vector.pass == pass_with_memory ? command.job->*ranges_ : no_ranges_, vector.index,
               command.job->vectors, command.slot_offset, responded());
  }

  /// Notified when the last access of a vector has responded.
  virtual sc_core::sc_event& responded() { return this->service_end_; }

 private:
  tlm::tlm_command command_;
  std::vector<StridedRange> StreamJob::*ranges_;
  const std::vector<StridedRange> no_ranges_;
};

}  // namespace palimpsest
