#include "sim/mapping/deployment_program.hpp"

#include <algorithm>
#include <utility>

#include "sim/mapping/forward_pass.hpp"
#include "sim/mapping/inference_program.hpp"

namespace palimpsest {

namespace {

std::uint32_t add_host_write(ProgramBuilder& builder, const Placement& placement) {
  HostJob job;
  job.vectors = placement.rows;
  job.drains = {placement.row()};
  job.words_per_vector = host_words(placement.row_bytes);
  return builder.add(job, {});
}

}  // namespace

Program array_program(const TileMap& map, const std::vector<ArrayWrite>& writes) {
  Program program;
  for (std::uint32_t tile = 0; tile < writes.size(); ++tile) {
    if (!writes[tile].rounds.empty())
      program.steps.push_back({ProgramJob{map.group_of[tile], writes[tile].rounds}, 0, {}});
  }
  return program;
}

Program deployment_program(const ProgramContext& context, const DeploymentTask& task) {
  ProgramBuilder builder(context);
  const ParameterPlacements parameters = place_parameters(builder, task.adapters, context.architecture.lora_unit.bits);
  for (const auto& [name, placement] : parameters.digital) {
    if (task.vectors.count(name) != 0) add_host_write(builder, placement);
  }
  for (const Adapter* adapter : task.adapters) {
    const auto& added = task.new_adapters;
    const bool is_new = std::find(added.begin(), added.end(), adapter) != added.end();
    for (const Operation* operation : adapted_operations(context.network, *adapter)) {
      const auto& pair = parameters.pairs.at({adapter, operation->array_product()->layer});
      std::vector<std::uint32_t> written;
      if (is_new) written = {add_host_write(builder, pair.a), add_host_write(builder, pair.b)};
      if (pair.is_held && task.changes_adapters) builder.hold(pair, std::move(written));
    }
  }
  const MappingConfig& mapping = context.architecture.tile.mapping;
  const std::uint64_t weight_bytes =
      mapping.slices == 1
          ? 1
          : ceil_div(std::uint64_t{mapping.slices} * static_cast<std::uint64_t>(mapping.bits_per_slice), 8);
  for (std::uint32_t tile = 0; tile < task.array_writes.size(); ++tile) {
    if (task.array_writes[tile].rounds.empty()) continue;
    const TileBlock& block = context.map.blocks[tile];
    HostJob targets;
    targets.vectors = block.inputs;
    targets.words_per_vector = host_words(std::uint64_t{block.outputs} * weight_bytes);
    const std::uint32_t received = builder.add(targets, {});
    builder.add(ProgramJob{context.map.group_of[tile], task.array_writes[tile].rounds}, {received});
  }
  // They go to where inference looks for them.
  const bool off_chip = parameters_off_chip(context, task.adapters);
  return builder.finish(1, 1, "the deployment of parameters and adapters",
                        off_chip ? BufferPlan::spilled : BufferPlan::side_by_side);
}

}  // namespace palimpsest
