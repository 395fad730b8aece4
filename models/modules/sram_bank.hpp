#pragma once

#include <cstdint>
#include <deque>
#include <systemc>
#include <vector>

#include "models/modules/cycle_time.hpp"
#include "models/physics/actions.hpp"
#include "models/physics/sram.hpp"
#include "models/protocol/memory_protocol.hpp"

namespace palimpsest {

/// One bank of the SRAM buffer, with a single port. Requests that arrived before a clock edge compete at it, and port
/// numbers decide, round robin: never the order in which calls happened to be made within a cycle.
class SramBank : public sc_core::sc_module {
 public:
  MemoryTarget<SramBank> socket{"socket"};

  SramBank(const sc_core::sc_module_name& name, const SramConfig& config, const CycleTime& time, ActionCounts& counts);

  /// Cycles that requests waited beyond the first edge at which they could have been granted.
  std::uint64_t wait_cycles() const { return wait_cycles_; }

  /// Back to the state before the first grant. Only without requests.
  void reset();

 private:
  struct Request {
    tlm::tlm_generic_payload* payload;
    std::uint32_t port;
    std::uint64_t arrival;
  };

  SC_HAS_PROCESS(SramBank);
  tlm::tlm_sync_enum receive(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay);
  void grant();
  void admit(std::uint64_t now);
  Request take_next();
  void schedule_grant(std::uint64_t now);

  SramConfig config_;
  CycleTime time_;
  ActionCounts& counts_;
  sc_core::sc_event next_grant_{"next_grant"};
  std::deque<Request> arriving_;  ///< on the way or arrived since the last grant, in order of arrival
  std::vector<Request> waiting_;  ///< by port, and of one port in order of arrival
  std::uint64_t free_at_ = 0;
  std::uint32_t first_port_ = 0;  ///< the port that goes first at the next grant
  std::uint64_t wait_cycles_ = 0;
};

}  // namespace palimpsest
