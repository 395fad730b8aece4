#pragma once

#include <tlm>

#include <tlm_utils/passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// How the sequencer hands jobs to units. The payload type carries the job type, so that binding the sequencer's LoRA
/// socket to a tile does not compile.
///
/// BEGIN_REQ  the unit has the job, which it always takes: the sequencer waits for the END_REQ of the job before
/// END_REQ    the intake of the unit is free for a next job
/// BEGIN_RESP the job is done, and with it the transaction
template <class JobType>
struct CommandTypes {
  using tlm_payload_type = Command<JobType>;
  using tlm_phase_type = tlm::tlm_phase;
};

template <class Owner, class JobType>
using CommandInitiator = tlm_utils::simple_initiator_socket<Owner, 32, CommandTypes<JobType>>;

template <class Owner, class JobType>
using CommandTarget = tlm_utils::passthrough_target_socket<Owner, 32, CommandTypes<JobType>>;

}  // namespace palimpsest
