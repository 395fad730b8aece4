#pragma once

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/mapping/deployment_program.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/training_program.hpp"
#include "tests/support/data_flow.hpp"

namespace palimpsest::test {

/// The shipped chip with room for any small network, and a vector unit and a LoRA unit of few lanes. Its tiles do not
/// work in step, so that every operation and every sum has jobs of its own.
inline Architecture roomy_chip() {
  Architecture chip =
      read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {{"/sram/activation_bits", "16"}});
  chip.vector_unit.lanes = 4;
  chip.vector_unit.pipeline_cycles = 3;
  chip.lora_unit.rows = 2;
  chip.lora_unit.columns = 3;
  chip.lora_unit.pipeline_cycles = 5;
  chip.data_path.tile_groups = false;
  return chip;
}

/// The jobs of one unit, in the steps' order.
template <class JobType>
std::vector<JobType> jobs_of(const Program& program) {
  std::vector<JobType> jobs;
  for (const Step& step : program.steps) {
    if (const auto* job = std::get_if<JobType>(&step.job)) jobs.push_back(*job);
  }
  return jobs;
}

inline void check_no_faults(const std::vector<std::string>& faults) {
  INFO(lines_of(faults));
  CHECK(faults.empty());
}

/// Programs of a network on a chip, followed byte by byte.
struct Lowered {
  Program inference;
  TrainingPrograms training;  ///< of the backbone
};

/// What steps drain: read as a whole, or, where products of blocks or the iterations of a loop take what is theirs, in
/// parts.
enum class Values { whole, in_parts };

inline std::set<std::uint32_t> cut_steps(const Program& program, Values values) {
  std::set<std::uint32_t> cut;
  for (std::uint32_t step = 0; values == Values::in_parts && step < program.steps.size(); ++step) cut.insert(step);
  return cut;
}

inline Lowered lowered(const Architecture& chip, const Network& network, Values values = Values::whole,
                       bool backbone_in_arrays = false) {
  const TileMap map = map_to_tiles(network, chip);
  const ProgramContext context{chip, network, map};
  TrainingTask task;
  task.batch_size = 2;
  task.backbone_in_arrays = backbone_in_arrays;
  Lowered programs{inference_program(context, {}, 3), training_programs(context, task)};
  DeploymentTask deployment;
  for (const std::string& name : network.digital_parameters()) deployment.vectors.insert(name);
  const DataFlow deployed = data_flow(deployment_program(context, deployment), chip.sram);
  const DataFlow flow = data_flow(programs.inference, chip.sram, cut_steps(programs.inference, values));
  check_no_faults(flow.faults);
  check_no_faults(missing(flow.borrowed, deployed.drained, chip.sram));
  const Program& batch = programs.training.batch;
  check_no_faults(data_flow(batch, chip.sram, cut_steps(batch, values)).faults);
  return programs;
}

/// The same on tiles that cut every layer both ways and work in step or do not, with products back on the tiles and in
/// the LoRA unit.
inline void check_lowered_everywhere(const Network& network, Values values = Values::whole) {
  for (const BackwardProducts products : {BackwardProducts::transposed_read, BackwardProducts::digital}) {
    for (const bool backbone_in_arrays : {false, true}) {
      for (const bool tile_groups : {false, true}) {
        Architecture chip = roomy_chip();
        chip.tile.crossbar.rows = 4;
        chip.tile.crossbar.columns = 6;
        chip.training.backward_products = products;
        chip.data_path.tile_groups = tile_groups;
        lowered(chip, network, values, backbone_in_arrays);
      }
    }
  }
}

}  // namespace palimpsest::test
