#pragma once

#include <memory>

#include "sim/operations/operation_source.hpp"

namespace palimpsest {

/// Makes the operation that `source` describes, output values not yet numbered. Throws UserError (trace).
std::unique_ptr<Operation> read_operation(OperationSource& source);

// The kinds, one file each.
std::unique_ptr<Operation> read_add(OperationSource& source);
std::unique_ptr<Operation> read_average_pool2d(OperationSource& source);
std::unique_ptr<Operation> read_concatenate(OperationSource& source);
std::unique_ptr<Operation> read_conv2d(OperationSource& source);
std::unique_ptr<Operation> read_embedding(OperationSource& source);
std::unique_ptr<Operation> read_gelu(OperationSource& source);
std::unique_ptr<Operation> read_group_norm(OperationSource& source);
std::unique_ptr<Operation> read_layer_norm(OperationSource& source);
std::unique_ptr<Operation> read_lif(OperationSource& source);
std::unique_ptr<Operation> read_linear(OperationSource& source);
std::unique_ptr<Operation> read_matmul(OperationSource& source);
std::unique_ptr<Operation> read_max_pool2d(OperationSource& source);
std::unique_ptr<Operation> read_mean(OperationSource& source);
std::unique_ptr<Operation> read_multiply(OperationSource& source);
std::unique_ptr<Operation> read_parameter(OperationSource& source);
std::unique_ptr<Operation> read_permute(OperationSource& source);
std::unique_ptr<Operation> read_relu(OperationSource& source);
std::unique_ptr<Operation> read_reshape(OperationSource& source);
std::unique_ptr<Operation> read_rms_norm(OperationSource& source);
std::unique_ptr<Operation> read_sigmoid(OperationSource& source);
std::unique_ptr<Operation> read_silu(OperationSource& source);
std::unique_ptr<Operation> read_slice(OperationSource& source);
std::unique_ptr<Operation> read_softmax(OperationSource& source);
std::unique_ptr<Operation> read_tanh(OperationSource& source);
std::unique_ptr<Operation> read_upsample(OperationSource& source);

}  // namespace palimpsest
