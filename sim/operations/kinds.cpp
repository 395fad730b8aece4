#include "sim/operations/kinds.hpp"

#include <array>

namespace palimpsest {

namespace {

struct Kind {
  const char* name;
  std::uint32_t first_version;  ///< of the trace format that knows it, and the last
  std::uint32_t last_version;
  std::unique_ptr<Operation> (*read)(OperationSource& source);
};

constexpr std::uint32_t newest = 2;
constexpr std::array<Kind, 26> kinds{{
    {"linear", 1, newest, read_linear},
    {"softmax", 2, newest, read_softmax},
    {"layer_norm", 2, newest, read_layer_norm},
    {"rms_norm", 1, newest, read_rms_norm},
    {"group_norm", 2, newest, read_group_norm},
    {"gelu", 1, newest, read_gelu},
    {"relu", 1, newest, read_relu},
    {"silu", 2, newest, read_silu},
    {"sigmoid", 2, newest, read_sigmoid},
    {"tanh", 2, newest, read_tanh},
    {"add", 1, newest, read_add},
    {"multiply", 2, newest, read_multiply},
    {"concatenate", 2, newest, read_concatenate},
    {"slice", 2, newest, read_slice},
    {"reshape", 2, newest, read_reshape},
    {"transpose", 1, 1, read_permute},
    {"permute", 2, newest, read_permute},
    {"mean", 1, newest, read_mean},
    {"embedding", 2, newest, read_embedding},
    {"parameter", 2, newest, read_parameter},
    {"conv2d", 2, newest, read_conv2d},
    {"matmul", 2, newest, read_matmul},
    {"max_pool2d", 2, newest, read_max_pool2d},
    {"average_pool2d", 2, newest, read_average_pool2d},
    {"upsample", 2, newest, read_upsample},
    {"lif", 2, newest, read_lif},
}};

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
