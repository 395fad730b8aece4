#include "tests/support/tile_operands.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "models/physics/clock.hpp"
#include "sim/mapping/fused_chains.hpp"

namespace palimpsest::test {
namespace {

using Lengths = std::vector<std::uint64_t>;

Lengths lengths_of(const std::vector<StridedRange>& ranges) {
  Lengths lengths;
  for (const StridedRange& range : ranges) lengths.push_back(range.rows * range.bytes);
  return lengths;
}

/// Bits of a number of either sign up to a magnitude.
std::uint64_t signed_bits(std::uint64_t magnitude) {
  std::uint64_t bits = 1;
  for (; magnitude > 0; magnitude /= 2) ++bits;
  return bits;
}

/// The largest sum of conversions over passes and slices.
std::uint64_t largest_part(const TileConfig& tile, bool spikes) {
  std::uint64_t largest = (std::uint64_t{1} << (static_cast<unsigned>(tile.adc.bits) - 1)) - 1;
  if (!spikes && tile.mapping.inputs == InputEncoding::two_pass) largest *= 2;
  if (!spikes && tile.mapping.inputs == InputEncoding::bit_serial)
    largest *= (std::uint64_t{1} << static_cast<unsigned>(tile.dac.bits)) - 1;
  std::uint64_t slices = 0;
  for (std::uint32_t slice = 0; slice < tile.mapping.slices; ++slice)
    slices += std::uint64_t{1} << (slice * static_cast<unsigned>(tile.mapping.bits_per_slice));
  return largest * slices;
}

struct Pair {
  std::uint64_t rank = 0;
  bool is_trained = false;
  bool is_held = false;
};

class Operands {
 public:
  Operands(const Program& program, const ProgramContext& context, const std::vector<const Adapter*>& adapters,
           const Adapter* trained_adapter, std::size_t forward_steps)
      : program_(program),
        context_(context),
        path_(context.architecture.data_path),
        adapters_(adapters),
        trained_adapter_(trained_adapter),
        forward_steps_(forward_steps),
        is_training_(forward_steps < program.steps.size()),
        chains_(context.network, path_, !is_training_) {
    for (const Execution& execution : context.network.executions()) {
      if (const ArrayProduct* product = execution.operation->array_product())
        uses_[context.map.number_of(product->weight)].push_back(&execution);
    }
    find_held();
  }

  std::vector<std::string> faults() {
    std::map<std::uint32_t, std::size_t> steps_of_group;
    for (std::size_t step = 0; step < forward_steps_; ++step) {
      const auto* job = std::get_if<TileJob>(&program_.steps[step].job);
      if (job == nullptr) continue;
      const std::uint32_t group = program_.steps[step].tile_group;
      const std::uint32_t weight = context_.map.blocks[context_.map.groups.at(group).front()].weight;
      const std::size_t use = steps_of_group[group]++;
      if (use >= uses_.at(weight).size()) {
        fault(step, "uses its weight once more than the network");
      } else if (path_.tile_groups) {
        check_group(step, *job, *uses_.at(weight)[use]);
      } else if (job->fetches.size() != 1 || job->drains.size() != 1 || !job->preloads.empty() || job->adapters ||
                 job->lane_operations.total() != 0) {
        fault(step, "does more than a product");
      } else {
        const std::uint32_t outputs = context_.map.blocks[context_.map.groups.at(group).front()].outputs;
        const std::uint64_t bits = signed_bits(largest_part(context_.architecture.tile, job->spikes));
        if (job->drains[0].bytes != bytes_of(outputs, static_cast<int>(bits)))
          fault(step, "leaves another width than its conversions have");
      }
    }
    return faults_;
  }

 private:
  void fault(std::size_t step, const std::string& what) {
    faults_.push_back("step " + std::to_string(step) + " " + what);
  }

  static std::uint64_t bytes_of(std::uint64_t values, int bits) {
    return values * ceil_div(static_cast<std::uint64_t>(bits), std::uint64_t{8});
  }
  std::uint64_t on_words(std::uint64_t bytes) const {
    const std::uint64_t word = word_bytes(context_.architecture.sram);
    return ceil_div(bytes, word) * word;
  }

  std::vector<Pair> pairs_of(const ArrayProduct& product) const {
    std::vector<Pair> pairs;
    for (const Adapter* adapter : adapters_) {
      const auto layer = adapter->layers.find(product.layer);
      if (layer == adapter->layers.end()) continue;
      pairs.push_back({layer->second.rank(), adapter == trained_adapter_, held_.count({adapter, product.layer}) != 0});
    }
    return pairs;
  }

  /// Pairs that stay in the registers: those of the most used layers first, then those of the first adapter, in the
  /// order of the network, of which each takes what it needs of what is left, or nothing.
  void find_held() {
    const Architecture& chip = context_.architecture;
    std::map<std::string, std::size_t> uses;
    for (const Execution& execution : context_.network.executions()) {
      if (const ArrayProduct* product = execution.operation->array_product()) ++uses[product->layer];
    }
    std::set<std::size_t> numbers;
    for (const auto& [layer, number] : uses) numbers.insert(number);
    std::uint64_t left = chip.lora_unit.register_bits;
    for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
      for (const Adapter* adapter : adapters_) {
        for (const auto& operation : context_.network.operations()) {
          const ArrayProduct* product = operation->array_product();
          if (product == nullptr || uses[product->layer] != *number) continue;
          const auto pair = adapter->layers.find(product->layer);
          if (pair == adapter->layers.end() || held_.count({adapter, product->layer}) != 0) continue;
          const auto values = static_cast<std::uint64_t>(pair->second.a.size() + pair->second.b.size());
          const std::uint64_t bits =
              values * static_cast<std::uint64_t>(is_training_ ? chip.training.gradient_bits : chip.lora_unit.bits);
          if (bits > left) continue;
          left -= bits;
          held_.insert({adapter, product->layer});
        }
      }
    }
  }

  /// Of an element of a pair's product: a sum of products of two codes over the rank.
  std::uint64_t pair_bits(const Pair& pair) const {
    const Architecture& chip = context_.architecture;
    const int bits = is_training_ ? chip.training.gradient_bits : chip.lora_unit.bits;
    const std::uint64_t largest = (std::uint64_t{1} << (static_cast<unsigned>(bits) - 1)) - 1;
    return signed_bits(largest * largest * pair.rank);
  }

  void check_group(std::size_t step, const TileJob& job, const Execution& execution) {
    const ArrayProduct& product = *execution.operation->array_product();
    const int bits = context_.architecture.sram.activation_bits;
    const std::uint64_t result = bytes_of(product.outputs, bits);
    const std::vector<Pair> pairs = pairs_of(product);
    const bool are_fed = path_.adapters_on_broadcast && !pairs.empty();

    Lengths fetches{bytes_of(std::uint64_t{product.groups} * product.inputs, bits)};
    VectorOperations of_element;
    for (const Pair& pair : pairs) {
      if (!are_fed) fetches.push_back(bytes_of(product.outputs, static_cast<int>(pair_bits(pair))));
    }
    // Conversions of a range of the tile's own are multiplied one by one, those of a common one as their sum.
    const bool own_ranges = context_.architecture.tile.adc.range == AdcRange::per_tile;
    of_element.adds = (own_ranges ? 0 : blocks_added(product)) + (product.bias.empty() ? 0 : 1);
    of_element.macs = (own_ranges ? blocks_added(product) + 1 : 1) + pairs.size();
    const std::vector<const Execution*> chain = chain_behind(execution);
    for (const Execution* one : chain) {
      if (one->operation->transposes()) continue;
      fetches.insert(fetches.end(), one->inputs.size() - 1, result);
      of_element = of_element + *one->operation->elementwise();
    }
    const std::size_t outputs = chain.empty() ? 1 : chain.back()->outputs.size();

    if (lengths_of(job.fetches) != fetches) fault(step, "has other inputs");
    const Lengths drains = lengths_of(job.drains);
    if (drains != Lengths(drains.size(), result) || drains.size() < outputs ||
        drains.size() > outputs + (is_training_ ? chain.size() : 0))
      fault(step, "has other results");
    if (lengths_of(job.preloads) != (product.bias.empty() ? Lengths{} : Lengths{on_words(result)}))
      fault(step, "has another bias");
    const VectorOperations of_vector = of_element * product.outputs;
    if (job.lane_operations.adds != of_vector.adds || job.lane_operations.macs != of_vector.macs ||
        job.lane_operations.lookups != of_vector.lookups || job.lane_operations.moves != of_vector.moves)
      fault(step, "has other operations in its lanes");
    if (job.adapters.has_value() != are_fed) {
      fault(step, "has adapters of other layers");
    } else if (are_fed) {
      check_pairs(step, *job.adapters, product, pairs);
    }
  }

  void check_pairs(std::size_t step, const LoraJob& job, const ArrayProduct& product, const std::vector<Pair>& pairs) {
    const Architecture& chip = context_.architecture;
    const int bits = is_training_ ? chip.training.gradient_bits : chip.lora_unit.bits;
    Lengths preloads;
    Lengths drains;
    std::uint64_t macs = 0;
    for (const Pair& pair : pairs) {
      if (!pair.is_held) {
        preloads.push_back(pair.rank * on_words(bytes_of(product.inputs, bits)));
        preloads.push_back(product.outputs * on_words(bytes_of(pair.rank, bits)));
      }
      if (pair.is_trained) drains.push_back(bytes_of(pair.rank, chip.training.gradient_bits));
      macs += pair.rank * (product.inputs + product.outputs);
    }
    if (lengths_of(job.preloads) != preloads) fault(step, "has other pairs");
    if (lengths_of(job.drains) != drains) fault(step, "keeps other products of pairs");
    if (job.macs_per_vector != macs) fault(step, "multiplies with other pairs");
    std::uint64_t words = on_words(bytes_of(product.inputs, chip.sram.activation_bits)) / word_bytes(chip.sram);
    for (const Pair& pair : pairs) words += ceil_div(product.outputs * pair_bits(pair), chip.sram.word_bits);
    if (job.fed_words_per_vector != words) fault(step, "exchanges other words with its adapters");
  }

  /// What is fused in this program: a convolution's results are stored where a backward pass wants all of them.
  std::vector<const Execution*> chain_behind(const Execution& execution) const {
    if (is_training_ && !execution.operation->gives_array_product()) return {};
    return chains_.behind(execution);
  }

  /// Blocks whose results are added to a first one's, for each output.
  std::uint64_t blocks_added(const ArrayProduct& product) const {
    std::set<std::uint32_t> first_inputs;
    for (const std::uint32_t tile : context_.map.mapped(product).tiles)
      first_inputs.insert(context_.map.blocks[tile].first_input);
    return first_inputs.size() - 1;
  }

  const Program& program_;
  const ProgramContext& context_;
  const DataPathConfig& path_;
  const std::vector<const Adapter*>& adapters_;
  const Adapter* trained_adapter_;
  std::size_t forward_steps_;
  bool is_training_;
  FusedChains chains_;
  std::set<std::pair<const Adapter*, std::string>> held_;        ///< by adapter and layer
  std::map<std::uint32_t, std::vector<const Execution*>> uses_;  ///< by weight, in order
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> tile_operand_faults(const Program& program, const ProgramContext& context,
                                             const std::vector<const Adapter*>& adapters,
                                             const Adapter* trained_adapter, std::size_t forward_steps) {
  return Operands(program, context, adapters, trained_adapter, forward_steps).faults();
}

}  // namespace palimpsest::test
