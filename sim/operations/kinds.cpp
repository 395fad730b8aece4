#include "sim/operations/kinds.hpp"

#include <array>
#include <stdexcept>

namespace palimpsest {

namespace {

struct Kind {
  const char* name;
  std::uint32_t first_version;  ///< of the trace format that knows it, and the last
  std::uint32_t last_version;
  std::unique_ptr<Operation> (*read)(OperationSource& source);
};

/// Loops are read where a network is put together; they are a kind for whoever asks which there are.
std::unique_ptr<Operation> read_no_loop(OperationSource& source) {
  throw std::logic_error(source.name + ": a loop that is read as a single operation");
}

constexpr std::uint32_t newest = 2;
constexpr std::array kinds{
    Kind{"linear", 1, newest, read_linear},
    Kind{"softmax", 2, newest, read_softmax},
    Kind{"layer_norm", 2, newest, read_layer_norm},
    Kind{"rms_norm", 1, newest, read_rms_norm},
    Kind{"group_norm", 2, newest, read_group_norm},
    Kind{"gelu", 1, newest, read_gelu},
    Kind{"relu", 1, newest, read_relu},
    Kind{"silu", 2, newest, read_silu},
    Kind{"sigmoid", 2, newest, read_sigmoid},
    Kind{"tanh", 2, newest, read_tanh},
    Kind{"add", 1, newest, read_add},
    Kind{"multiply", 2, newest, read_multiply},
    Kind{"concatenate", 2, newest, read_concatenate},
    Kind{"slice", 2, newest, read_slice},
    Kind{"reshape", 2, newest, read_reshape},
    Kind{"transpose", 1, 1, read_permute},
    Kind{"permute", 2, newest, read_permute},
    Kind{"mean", 1, newest, read_mean},
    Kind{"embedding", 2, newest, read_embedding},
    Kind{"parameter", 2, newest, read_parameter},
    Kind{"conv2d", 2, newest, read_conv2d},
    Kind{"matmul", 2, newest, read_matmul},
    Kind{"max_pool2d", 2, newest, read_max_pool2d},
    Kind{"average_pool2d", 2, newest, read_average_pool2d},
    Kind{"upsample", 2, newest, read_upsample},
    Kind{"lif", 2, newest, read_lif},
    Kind{"loop", 2, newest, read_no_loop},
};

}  // namespace

std::unique_ptr<Operation> read_operation(OperationSource& source) {
  std::vector<std::pair<std::string, const Kind*>> known;
  for (const Kind& kind : kinds) {
    if (kind.first_version <= source.version && source.version <= kind.last_version)
      known.emplace_back(kind.name, &kind);
  }
  return source.reader.choice<const Kind*>("operation", known)->read(source);
}

}  // namespace palimpsest
