#pragma once

#include <tlm>

#include <tlm_utils/passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>

namespace palimpsest {

/// A vector that a tile group hands to the LoRA unit.
struct FedVector {
  std::uint32_t index = 0;  ///< of the vector in its job
};

/// How a tile group feeds the LoRA unit with the vectors of a job that has adapters.
///
/// END_REQ    the LoRA unit can take a vector; for a job's first it is sent when the preloads have responded
/// BEGIN_REQ  the LoRA unit has the vector: sent after the END_REQ for it
/// BEGIN_RESP the LoRA unit has computed the vector; results come in the order of the vectors
struct FeedTypes {
  using tlm_payload_type = FedVector;
  using tlm_phase_type = tlm::tlm_phase;
};

template <class Owner>
using FeedInitiator = tlm_utils::simple_initiator_socket_optional<Owner, 32, FeedTypes>;

template <class Owner>
using FeedTarget = tlm_utils::passthrough_target_socket_tagged<Owner, 32, FeedTypes>;

}  // namespace palimpsest
