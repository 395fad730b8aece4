#include "models/modules/memory_port.hpp"

#include <algorithm>
#include <cassert>

namespace palimpsest {

MemoryPort::MemoryPort(const sc_core::sc_module_name& name, const UnitServices& services)
    : sc_module(name), time_(services.time), payloads_(services.payloads), cutter_(services.line_bytes) {
  socket.register_nb_transport_bw(this, &MemoryPort::respond);
  SC_METHOD(issue);
  sensitive << next_issue_;
  dont_initialize();
}

void MemoryPort::start(tlm::tlm_command command, const std::vector<StridedRange>& ranges, std::uint64_t vector,
                       std::uint64_t vectors, std::uint64_t slot_offset, sc_core::sc_event& done) {
  assert(outstanding_ == 0);
  cutter_.start(ranges, vector, vectors, command == tlm::TLM_WRITE_COMMAND, slot_offset);
  if (cutter_.exhausted()) {
    done.notify(sc_core::SC_ZERO_TIME);
    return;
  }
  command_ = command;
  done_ = &done;
  last_response_ = sc_core::SC_ZERO_TIME;
  issue();
}

void MemoryPort::issue() {
  const MemoryRequest request = cutter_.next();
  tlm::tlm_generic_payload& payload = payloads_.acquire();
  payload.set_command(command_);
  payload.set_address(request.address);
  payload.set_data_length(request.bytes);
  payload.set_streaming_width(request.bytes);
  ++outstanding_;
  if (!cutter_.exhausted()) next_issue_.notify(time_.span(1));

  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay;
  socket->nb_transport_fw(payload, phase, delay);
}

tlm::tlm_sync_enum MemoryPort::respond(tlm::tlm_generic_payload& payload, tlm::tlm_phase& /*phase*/,
                                       sc_core::sc_time& delay) {
  payload.release();
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  last_response_ = std::max(last_response_, now + delay);
  if (--outstanding_ == 0 && cutter_.exhausted()) done_->notify(last_response_ - now);
  return tlm::TLM_COMPLETED;
}

}  // namespace palimpsest
