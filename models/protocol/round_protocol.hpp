#pragma once

#include <tlm>

#include <tlm_utils/passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// How the programmer plays the rounds of a write-verify job on a tile. The tile completes the BEGIN_REQ at once and
/// adds their duration to the delay.
struct RoundTypes {
  using tlm_payload_type = WriteRounds;
  using tlm_phase_type = tlm::tlm_phase;
};

template <class Owner>
using RoundInitiator = tlm_utils::simple_initiator_socket<Owner, 32, RoundTypes>;

template <class Owner>
using RoundTarget = tlm_utils::passthrough_target_socket<Owner, 32, RoundTypes>;

}  // namespace palimpsest
