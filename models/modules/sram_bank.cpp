#include "models/modules/sram_bank.hpp"

#include <algorithm>
#include <cassert>

namespace palimpsest {

SramBank::SramBank(const sc_core::sc_module_name& name, const SramConfig& config, const CycleTime& time,
                   ActionCounts& counts)
    : sc_module(name), config_(config), time_(time), counts_(counts) {
  socket.register_nb_transport_fw(this, &SramBank::receive);
  SC_METHOD(grant);
  sensitive << next_grant_;
  dont_initialize();
}

void SramBank::reset() {
  assert(arriving_.empty() && waiting_.empty());
  free_at_ = 0;
  first_port_ = 0;
  wait_cycles_ = 0;
}

tlm::tlm_sync_enum SramBank::receive(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) {
  const std::uint64_t now = time_.now();
  const bool idle = arriving_.empty() && waiting_.empty();
  arriving_.push_back({&payload, payload.get_extension<RequestOrigin>()->port, now + time_.cycles(delay)});
  if (idle) schedule_grant(now);
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

void SramBank::grant() {
  const std::uint64_t now = time_.now();
  admit(now);
  const Request granted = take_next();
  tlm::tlm_generic_payload& payload = *granted.payload;

  const std::uint32_t words = words_touched(config_, payload.get_address(), payload.get_data_length());
  (payload.is_read() ? counts_.sram_read_words : counts_.sram_write_words) += words;
  wait_cycles_ += now - (granted.arrival + 1);
  first_port_ = granted.port + 1;
  const BankTime time = bank_time(config_, words, free_at_ < now);
  counts_.sram_busy_cycles += time.busy;
  free_at_ = now + time.busy;
  if (!arriving_.empty() || !waiting_.empty()) schedule_grant(now);

  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay = time_.span(time.last_word);
  socket->nb_transport_bw(payload, phase, delay);
}

/// Requests that arrived before this edge take part in its arbitration.
void SramBank::admit(std::uint64_t now) {
  const auto before = [](std::uint32_t port, const Request& request) { return port < request.port; };
  for (; !arriving_.empty() && arriving_.front().arrival < now; arriving_.pop_front()) {
    const Request& request = arriving_.front();
    waiting_.insert(std::upper_bound(waiting_.begin(), waiting_.end(), request.port, before), request);
  }
}

SramBank::Request SramBank::take_next() {
  const auto before = [](const Request& request, std::uint32_t port) { return request.port < port; };
  auto next = std::lower_bound(waiting_.begin(), waiting_.end(), first_port_, before);
  if (next == waiting_.end()) next = waiting_.begin();
  const Request request = *next;
  waiting_.erase(next);
  return request;
}

/// The first edge at which the bank is free and a request can take part.
void SramBank::schedule_grant(std::uint64_t now) {
  std::uint64_t edge = free_at_;
  if (waiting_.empty()) edge = std::max(edge, arriving_.front().arrival + 1);
  next_grant_.notify(time_.span(edge - now));
}

}  // namespace palimpsest
