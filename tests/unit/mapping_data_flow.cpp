#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/mapping/deployment_program.hpp"
#include "sim/mapping/fused_chains.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/training_program.hpp"
#include "sim/run/training_task.hpp"
#include "tests/support/data_flow.hpp"
#include "tests/support/parameter_words.hpp"
#include "tests/support/partial_sums.hpp"
#include "tests/support/small_networks.hpp"
#include "tests/support/tile_operands.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

const Architecture& shipped() {
  static const Architecture architecture =
      read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json",
                        {{"/sram/activation_bits", "16"}, {"/lora_unit/register_bits", "0"}});
  return architecture;
}

/// Tiles so small that every layer is cut both ways.
Architecture small_tiles() {
  Architecture chip = shipped();
  chip.tile.crossbar.rows = 4;
  chip.tile.crossbar.columns = 6;
  chip.sequencer.samples_in_flight = 3;
  return chip;
}

std::vector<Architecture> every_mapping() {
  std::vector<Architecture> chips;
  for (const auto weights : {WeightEncoding::offset, WeightEncoding::differential}) {
    for (const auto inputs : {InputEncoding::bipolar, InputEncoding::two_pass, InputEncoding::bit_serial}) {
      for (const std::uint32_t slices : {1U, 2U}) {
        for (const auto products : {BackwardProducts::transposed_read, BackwardProducts::digital}) {
          Architecture chip = small_tiles();
          chip.tile.mapping.weights = weights;
          chip.tile.mapping.inputs = inputs;
          chip.tile.mapping.slices = slices;
          chip.training.backward_products = products;
          for (const bool tile_groups : {true, false}) {
            chip.data_path.tile_groups = tile_groups;
            chips.push_back(chip);
          }
        }
      }
    }
  }
  return chips;
}

/// Every part of the data path by itself and all of it. The last is of tiles that do not work in step.
std::vector<DataPathConfig> data_paths() {
  std::vector<DataPathConfig> paths(6, shipped().data_path);
  paths[1].adapters_on_broadcast = false;
  paths[2].fused_functions = false;
  paths[3].fused_values = false;
  paths[4].permutation_by_address = false;
  paths[5].tile_groups = false;
  return paths;
}

/// Whole layers on tiles, values of other widths, words of other widths, one sample in flight, registers for all pairs
/// or for some.
std::vector<Architecture> other_chips() {
  std::vector<Architecture> chips(6, small_tiles());
  chips[0] = shipped();
  chips[1].sram.activation_bits = 8;
  chips[1].training.gradient_bits = 32;
  chips[1].sram.word_bits = 64;
  chips[2].sram.activation_bits = 24;
  chips[2].training.gradient_bits = 8;
  chips[2].training.optimizer_state_bits = 16;
  chips[2].sram.word_bits = 16;
  chips[3].sequencer.samples_in_flight = 1;
  chips[3].training.backward_products = BackwardProducts::digital;
  chips[4].lora_unit.register_bits = 1'000'000;
  chips[4].tile.adc.range = AdcRange::per_layer;
  chips[5].lora_unit.register_bits = 400;
  return chips;
}

void check_none(const std::vector<std::string>& faults) {
  INFO(lines_of(faults));
  CHECK(faults.empty());
}

using Operations = std::set<std::uint32_t>;  ///< by index

/// The operations with a weight in the arrays whose products a value is made of.
Operations layers_before(const Network& network, std::uint32_t value) {
  Operations layers;
  for (const auto& operation : network.operations()) {
    const auto& outputs = operation->outputs();
    if (std::find(outputs.begin(), outputs.end(), value) == outputs.end()) continue;
    if (operation->array_product() != nullptr) layers.insert(operation->index());
    for (const std::uint32_t input : operation->inputs()) layers.merge(layers_before(network, input));
  }
  return layers;
}

/// Whether a value is made with the help of one of `operations`.
bool depends_on(const Network& network, std::uint32_t value, const Operations& operations) {
  for (const auto& operation : network.operations()) {
    const auto& outputs = operation->outputs();
    if (std::find(outputs.begin(), outputs.end(), value) == outputs.end()) continue;
    if (operations.count(operation->index()) != 0) return true;
    for (const std::uint32_t input : operation->inputs()) {
      if (depends_on(network, input, operations)) return true;
    }
  }
  return false;
}

/// Operations whose parameters a task trains.
Operations trained_operations(const Network& network, const TrainingTask& task) {
  Operations trained;
  for (const auto& operation : network.operations()) {
    const ArrayProduct* product = operation->array_product();
    const bool adapted = product != nullptr && task.trained_adapter != nullptr &&
                         task.trained_adapter->layers.count(product->layer) != 0;
    const bool has_parameters = product != nullptr || !operation->digital_parameters().empty();
    if (adapted || (task.trained_adapter == nullptr && has_parameters)) trained.insert(operation->index());
  }
  return trained;
}

/// Which operation each tile step belongs to, by step: uses of a weight have steps on its tiles in the operations'
/// order, and on the way back, those that are there, in the reverse order.
class TileSteps {
 public:
  /// Transposed reads, if there are any, are of operations whose inputs' gradients lead to `trained` ones.
  TileSteps(const Program& program, const ProgramContext& context, std::size_t forward_steps, const Operations& trained)
      : context_(context) {
    for (const auto& operation : context.network.operations()) {
      const ArrayProduct* product = operation->array_product();
      if (product == nullptr) continue;
      forward_[product->weight].push_back(operation->index());
      if (depends_on(context.network, operation->inputs()[0], trained))
        backward_[product->weight].insert(backward_[product->weight].begin(), operation->index());
    }
    add(program, 0, forward_steps, forward_);
    back_ = add(program, forward_steps, program.steps.size(), backward_);
  }

  const std::map<std::uint32_t, std::uint32_t>& operations() const { return operations_; }  ///< by step
  const Operations& read_back() const { return back_; }                                     ///< transposed

 private:
  /// Gives the steps [first, last) their operations; each of a weight has steps on all of its tiles, if any has.
  Operations add(const Program& program, std::size_t first, std::size_t last,
                 const std::map<std::string, std::vector<std::uint32_t>>& uses) {
    std::map<std::uint32_t, std::size_t> steps_of_group;
    Operations found;
    for (std::size_t step = first; step < last; ++step) {
      if (!std::holds_alternative<TileJob>(program.steps[step].job)) continue;
      const std::uint32_t group = program.steps[step].tile_group;
      const std::uint32_t tile = context_.map.groups.at(group).front();
      const auto of_weight = uses.find(context_.map.product(context_.map.blocks[tile]).weight);
      const std::size_t use = steps_of_group[group]++;
      REQUIRE(of_weight != uses.end());
      REQUIRE(use < of_weight->second.size());
      const std::uint32_t operation = of_weight->second[use];
      operations_[static_cast<std::uint32_t>(step)] = operation;
      found.insert(operation);
    }
    if (found.empty()) return found;
    for (const auto& [weight, operations] : uses) {
      for (const std::uint32_t tile : context_.map.weights[context_.map.number_of(weight)].tiles)
        CHECK(steps_of_group[context_.map.group_of[tile]] == operations.size());
    }
    return found;
  }

  ProgramContext context_;
  std::map<std::string, std::vector<std::uint32_t>> forward_;   ///< by weight
  std::map<std::string, std::vector<std::uint32_t>> backward_;  ///< likewise
  std::map<std::uint32_t, std::uint32_t> operations_;
  Operations back_;
};

/// The layers whose products an operation's tiles read: its input, and what goes into functions behind its product.
Operations layers_read(const ProgramContext& context, std::uint32_t layer, bool is_inference) {
  const Network& network = context.network;
  Operations layers = layers_before(network, network.operation(layer).inputs()[0]);
  const FusedChains chains(network, context.architecture.data_path, is_inference);
  for (const Execution& execution : network.executions()) {
    if (execution.operation->index() != layer) continue;
    for (const Execution* one : chains.behind(execution)) {
      for (const std::uint32_t input : one->inputs) {
        Operations before = layers_before(network, network.execution_values()[input]);
        // The value that comes from the product itself.
        if (before.count(layer) == 0) layers.merge(before);
      }
    }
  }
  return layers;
}

/// Checks that a layer's tiles read what the layers before it, in the network or behind it on the way back, made.
void check_layers(const DataFlow& flow, const ProgramContext& context, std::size_t forward_steps,
                  const TileSteps& tile_steps) {
  const Network& network = context.network;
  for (const auto& [step, layer] : tile_steps.operations()) {
    const bool back = step >= forward_steps;
    Operations expected = layers_read(context, layer, forward_steps == flow.sources.size());
    if (back) {
      expected.clear();
      for (const std::uint32_t other : tile_steps.read_back()) {
        if (layers_before(network, network.operation(other).inputs()[0]).count(layer) != 0) expected.insert(other);
      }
    }
    Operations sources;
    for (const std::uint32_t source : flow.sources[step]) {
      const auto of_tile = tile_steps.operations().find(source);
      if (of_tile != tile_steps.operations().end() && (source >= forward_steps) == back)
        sources.insert(of_tile->second);
    }
    INFO("step " << step << ", operation " << layer << (back ? ", transposed" : ""));
    CHECK(sources == expected);
  }
}

DataFlow checked(const Program& program, const ProgramContext& context, std::size_t forward_steps,
                 const TrainingTask& task, const Operations& trained) {
  DataFlow flow = data_flow(program, context.architecture.sram);
  check_none(flow.faults);
  check_none(partial_sum_faults(program, context.network, context.map, forward_steps));
  check_none(tile_operand_faults(program, context, task.adapters, task.trained_adapter, forward_steps));
  check_layers(flow, context, forward_steps, TileSteps(program, context, forward_steps, trained));
  return flow;
}

/// Inference reads what deployment brought.
void check_inference(const ProgramContext& context, const std::vector<const Adapter*>& adapters) {
  DeploymentTask task;
  for (const std::string& name : context.network.digital_parameters()) task.vectors.insert(name);
  task.new_adapters = adapters;
  task.adapters = adapters;
  const DataFlow deployed = data_flow(deployment_program(context, task), context.architecture.sram);
  check_none(deployed.faults);
  check_none(missing(deployed.borrowed, deployed.drained, context.architecture.sram));
  const Program inference = inference_program(context, adapters, 5);
  TrainingTask nothing_trained;
  nothing_trained.adapters = adapters;
  const DataFlow flow = checked(inference, context, inference.steps.size(), nothing_trained, {});
  check_none(missing(flow.borrowed, deployed.drained, context.architecture.sram));
}

std::set<std::uint64_t> words_of(const std::vector<ReadRange>& ranges, std::uint32_t word) {
  std::set<std::uint64_t> words;
  for (const ReadRange& range : ranges) {
    for (std::uint64_t byte = range.address; byte < range.address + range.bytes; ++byte) words.insert(byte / word);
  }
  return words;
}

std::set<std::uint64_t> words_of(const std::set<std::uint64_t>& bytes, std::uint32_t word) {
  std::set<std::uint64_t> words;
  for (const std::uint64_t byte : bytes) words.insert(byte / word);
  return words;
}

/// A step's gradients are summed in the batch and used up by the update, which leaves new parameters.
void check_training(const ProgramContext& context, const TrainingTask& task) {
  const TrainingPrograms programs = training_programs(context, task);
  const DataFlow batch =
      checked(programs.batch, context, programs.forward.steps.size(), task, trained_operations(context.network, task));
  const DataFlow update = data_flow(programs.update, context.architecture.sram);
  check_none(update.faults);

  const std::uint32_t word = word_bytes(context.architecture.sram);
  const std::set<std::uint64_t> updated = words_of(update.drained, word);
  // Pairs that are held are loaded as the update left them.
  std::vector<ReadRange> read;
  std::vector<ReadRange> loaded;
  for (const ReadRange& range : update.borrowed)
    (std::holds_alternative<LoraJob>(programs.update.steps[range.step].job) ? loaded : read).push_back(range);
  check_none(missing(loaded, update.drained, context.architecture.sram));
  const std::set<std::uint64_t> read_by_update = words_of(read, word);
  const std::set<std::uint64_t> gradients = words_of(batch.drained, word);
  const std::set<std::uint64_t> read_by_batch = words_of(batch.borrowed, word);
  std::uint64_t frozen = 0;
  for (const std::uint64_t number : read_by_batch) frozen += updated.count(number) == 0 ? 1 : 0;
  const ParameterWords expected = parameter_words(context, task);
  const std::uint64_t state = expected.gradients * optimizer_tensors(task.optimizer, task.has_momentum);
  CHECK(gradients.size() == expected.gradients);
  CHECK(std::includes(read_by_batch.begin(), read_by_batch.end(), gradients.begin(), gradients.end()));
  CHECK(std::includes(read_by_update.begin(), read_by_update.end(), gradients.begin(), gradients.end()));
  CHECK(std::includes(updated.begin(), updated.end(), read_by_update.begin(), read_by_update.end()));
  CHECK(read_by_update.size() == expected.gradients + state);
  CHECK(updated.size() == expected.gradients + state + expected.working);
  // A pair that is held is read again where a gradient passes it.
  if (context.architecture.lora_unit.register_bits == 0) CHECK(frozen == expected.frozen);
  CHECK(frozen <= expected.frozen);
}

void check_all_programs(const Architecture& chip, const AdaptedNetwork& adapted) {
  INFO(adapted.name);
  const TileMap map = map_to_tiles(adapted.network, chip);
  const ProgramContext context{chip, adapted.network, map};
  const std::vector<const Adapter*> both{&adapted.first, &adapted.second};
  check_inference(context, {});
  check_inference(context, both);
  TrainingTask task;
  task.batch_size = 4;
  task.adapters = both;
  for (const Adapter* trained : both) {
    task.trained_adapter = trained;
    task.optimizer = trained == &adapted.first ? Optimizer::adam : Optimizer::sgd;
    check_training(context, task);
  }
  task = {};
  task.batch_size = 4;
  task.has_momentum = true;
  check_training(context, task);
  task.backbone_in_arrays = true;
  check_training(context, task);
}

}  // namespace

TEST_CASE("Every step waits for what it reads, sums are whole and nothing is lost, in every mapping") {
  const std::vector<AdaptedNetwork> networks = small_networks();
  for (const Architecture& chip : every_mapping()) {
    INFO("differential " << (chip.tile.mapping.weights == WeightEncoding::differential) << ", inputs "
                         << static_cast<int>(chip.tile.mapping.inputs) << ", slices " << chip.tile.mapping.slices
                         << ", digital " << (chip.training.backward_products == BackwardProducts::digital)
                         << ", tile groups " << chip.data_path.tile_groups);
    check_all_programs(chip, networks[1]);
  }
}

TEST_CASE("Every step waits for what it reads, sums are whole and nothing is lost, in networks of all kinds") {
  for (Architecture chip : other_chips()) {
    for (const DataPathConfig& path : data_paths()) {
      chip.data_path = path;
      for (const AdaptedNetwork& network : small_networks()) check_all_programs(chip, network);
    }
  }
}

TEST_CASE("The face trace's programs read what deployments of its phases brought, and what steps before drained") {
  const Trace trace = read_trace(std::string(PALIMPSEST_SOURCE_DIR) + "/traces/face");
  const TileMap map = map_to_tiles(trace.network, shipped());
  const ProgramContext context{shipped(), trace.network, map};
  for (const Phase& phase : trace.phases) {
    INFO(phase.name);
    for (const Method* method : {&phase.hybrid, &phase.rewrite}) {
      check_inference(context, adapters_of(trace, *method));
      for (const TrainingRun& run : method->training) {
        check_training(context, training_task(trace, *method, run, false));
        if (run.trains_backbone) check_training(context, training_task(trace, *method, run, true));
      }
    }
  }
}
