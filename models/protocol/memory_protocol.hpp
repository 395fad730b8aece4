#pragma once

#include <tlm>

#include <tlm_utils/passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>

namespace palimpsest {

/// Which port of the interconnect a request came in by. The interconnect writes it, the banks arbitrate by it, and the
/// response finds its way back with it; any other target may ignore it.
struct RequestOrigin : tlm::tlm_extension<RequestOrigin> {
  std::uint32_t port = 0;

  tlm::tlm_extension_base* clone() const override { return new RequestOrigin(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    port = static_cast<const RequestOrigin&>(other).port;
  }
};

/// Memory is reached over the TLM base protocol: command, address and length in a generic payload. The data pointer is
/// null, because the functional core computed the values before the shell plays the time. Every BEGIN_REQ is accepted
/// at once (END_REQ), and BEGIN_RESP, sent when the bank grants, carries the time that is left as its delay.
template <class Owner>
using MemoryInitiator = tlm_utils::simple_initiator_socket<Owner>;

template <class Owner>
using MemoryTarget = tlm_utils::passthrough_target_socket<Owner>;

}  // namespace palimpsest
