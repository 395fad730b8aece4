#pragma once

#include <tlm_utils/passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <systemc>

#include "models/modules/chip_config.hpp"
#include "models/modules/cycle_time.hpp"
#include "models/physics/actions.hpp"

namespace palimpsest {

/// Carries requests from ports to banks and responses back, each way with a fixed latency and without conflicts of its
/// own. Lines are interleaved over the banks.
class Interconnect : public sc_core::sc_module {
 public:
  sc_core::sc_vector<tlm_utils::passthrough_target_socket_tagged<Interconnect>> ports;
  sc_core::sc_vector<tlm_utils::simple_initiator_socket_tagged<Interconnect>> banks;

  Interconnect(const sc_core::sc_module_name& name, std::uint32_t port_count, const InterconnectConfig& config,
               const SramConfig& sram, const CycleTime& time, ActionCounts& counts);

 private:
  tlm::tlm_sync_enum request(int port, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                             sc_core::sc_time& delay);
  tlm::tlm_sync_enum respond(int bank, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                             sc_core::sc_time& delay);

  sc_core::sc_time latency_;
  SramConfig sram_;
  ActionCounts& counts_;
};

}  // namespace palimpsest
