#pragma once

#include <tlm>

#include <tlm_utils/passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>

#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// One pass of one vector of a job on its way through the stages of a unit. A value: whoever receives it keeps a copy.
template <class JobType>
struct VectorToken {
  Command<JobType>* command = nullptr;
  std::uint32_t index = 0;  ///< of the vector in its job
  std::uint32_t pass = 0;   ///< of the vector's passes
};

/// How a stage hands vectors to the next one.
///
/// BEGIN_REQ the next stage has the vector, which it always takes: the sender waits for the END_REQ of the vector
/// before END_REQ   the next stage handed the vector on and is empty; a target that is never full returns it at once
template <class JobType>
struct VectorTypes {
  using tlm_payload_type = VectorToken<JobType>;
  using tlm_phase_type = tlm::tlm_phase;
};

template <class Owner, class JobType>
using VectorInitiator = tlm_utils::simple_initiator_socket<Owner, 32, VectorTypes<JobType>>;

template <class Owner, class JobType>
using VectorTarget = tlm_utils::passthrough_target_socket<Owner, 32, VectorTypes<JobType>>;

}  // namespace palimpsest
