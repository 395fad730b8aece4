#include "models/modules/interconnect.hpp"

#include "models/protocol/memory_protocol.hpp"

namespace palimpsest {

Interconnect::Interconnect(const sc_core::sc_module_name& name, std::uint32_t port_count,
                           const InterconnectConfig& config, const SramConfig& sram, const CycleTime& time,
                           ActionCounts& counts)
    : sc_module(name),
      ports("port", port_count),
      banks("bank", sram.banks),
      latency_(time.span(config.latency_cycles)),
      sram_(sram),
      counts_(counts) {
  for (std::size_t i = 0; i < ports.size(); ++i) {
    ports[i].register_nb_transport_fw(this, &Interconnect::request, static_cast<int>(i));
  }
  for (std::size_t i = 0; i < banks.size(); ++i) {
    banks[i].register_nb_transport_bw(this, &Interconnect::respond, static_cast<int>(i));
  }
}

tlm::tlm_sync_enum Interconnect::request(int port, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                         sc_core::sc_time& delay) {
  payload.get_extension<RequestOrigin>()->port = static_cast<std::uint32_t>(port);
  const std::uint64_t address = payload.get_address();
  counts_.interconnect_words += words_touched(sram_, address, payload.get_data_length());
  delay += latency_;
  return banks[address / line_bytes(sram_) % sram_.banks]->nb_transport_fw(payload, phase, delay);
}

tlm::tlm_sync_enum Interconnect::respond(int /*bank*/, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                         sc_core::sc_time& delay) {
  delay += latency_;
  return ports[payload.get_extension<RequestOrigin>()->port]->nb_transport_bw(payload, phase, delay);
}

}  // namespace palimpsest
