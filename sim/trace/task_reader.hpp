#pragma once

#include <cstddef>
#include <string>

#include "sim/config/json_reader.hpp"
#include "sim/trace/safetensors.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

// What a trace says of its task. All throw UserError (trace).

TaskKind read_task(JsonReader reader);

/// Checks that the output of the network, which `reader` read, is one that the trace's task knows.
void check_output(const JsonReader& reader, const Trace& trace);

/// Values that the network gives for one sample.
std::uint32_t outputs_of_sample(const Trace& trace);

/// F32 `[samples, shape of the output]` as [samples, outputs of a sample]. An output of one row goes without it.
Eigen::MatrixXf read_outputs(const std::string& tensor, std::size_t samples, const Trace& trace, Safetensors& tensors);

/// Reads what outputs of the test samples are compared with: labels, targets, or nothing.
void read_answers(JsonReader& test, Trace& trace, Safetensors& tensors);

}  // namespace palimpsest
