#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "models/modules/request_cutter.hpp"
#include "models/modules/unit_services.hpp"
#include "models/protocol/jobs.hpp"
#include "models/protocol/memory_protocol.hpp"

namespace palimpsest {

/// A unit's way to the SRAM buffer: issues the requests that the cutter produces, one per cycle without waiting for
/// responses, and tells when the last has responded.
class MemoryPort : public sc_core::sc_module {
 public:
  MemoryInitiator<MemoryPort> socket{"socket"};

  MemoryPort(const sc_core::sc_module_name& name, const UnitServices& services);

  /// Moves what belongs to `vector` of a job's `vectors`; sends the first request now. Notifies `done` at the cycle of
  /// the last response, or in this cycle when there is nothing to move. One transfer at a time.
  void start(tlm::tlm_command command, const std::vector<StridedRange>& ranges, std::uint64_t vector,
             std::uint64_t vectors, std::uint64_t slot_offset, sc_core::sc_event& done);

 private:
  SC_HAS_PROCESS(MemoryPort);
  void issue();
  tlm::tlm_sync_enum respond(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay);

  CycleTime time_;
  PayloadPool& payloads_;
  RequestCutter cutter_;
  sc_core::sc_event next_issue_{"next_issue"};
  tlm::tlm_command command_ = tlm::TLM_IGNORE_COMMAND;
  std::uint32_t outstanding_ = 0;
  sc_core::sc_time last_response_;
  sc_core::sc_event* done_ = nullptr;
};

}  // namespace palimpsest
