#include "tests/support/partial_sums.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace palimpsest::test {
namespace {

/// A result of one use of a weight in one direction: of the n-th steps on the weight's tiles in that direction.
struct Product {
  std::uint32_t weight = 0;
  bool transposed = false;
  std::uint32_t use = 0;
  std::size_t result = 0;  ///< of a group's: the product, or what functions made of it

  bool operator<(const Product& other) const {
    return std::tuple(weight, transposed, use, result) <
           std::tuple(other.weight, other.transposed, other.use, other.result);
  }
};

/// What a byte of a slot holds of a product: of this row and sensed line the sum over driven lines [first, first +
/// count) of the line's group.
struct Part {
  std::uint32_t row = 0;
  std::uint32_t line = 0;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

using Matrix = std::pair<std::uint64_t, std::uint32_t>;  ///< address, and bytes from row to row

/// Lines of a tile group in a direction: places in the vectors that are read and drained.
struct Lines {
  std::uint32_t first_driven = 0;
  std::uint32_t driven = 0;
  std::uint32_t first_sensed = 0;
  std::uint32_t sensed = 0;
  std::uint32_t first_part = 0;  ///< of the driven lines of a group of the weight, those that results are sums over
  std::uint32_t parts = 0;
};

Lines lines_of_block(const TileBlock& block, const ArrayProduct& product, bool transposed) {
  const std::uint32_t first_input = block.group * product.inputs + block.first_input;
  if (transposed) {
    const std::uint32_t first_part = block.first_output - block.group * product.outputs_of_group();
    return {block.first_output, block.outputs, first_input, block.inputs, first_part, block.outputs};
  }
  return {first_input, block.inputs, block.first_output, block.outputs, block.first_input, block.inputs};
}

Lines lines_of_weight(const ArrayProduct& product, bool transposed) {
  const std::uint32_t inputs = product.groups * product.inputs;
  if (transposed) return {0, product.outputs, 0, inputs, 0, product.outputs_of_group()};
  return {0, inputs, 0, product.outputs, 0, product.inputs};
}

class Cover {
 public:
  Cover(const Program& program, const Network& network, const TileMap& map, std::size_t forward_steps)
      : program_(program), network_(network), map_(map), forward_steps_(forward_steps) {}

  std::vector<std::string> faults() {
    for (std::size_t step = 0; step < program_.steps.size(); ++step) {
      if (const auto* job = std::get_if<TileJob>(&program_.steps[step].job)) add_tile_step(step, *job);
    }
    check_tiles();
    check_groups();
    for (std::size_t step = 0; step < program_.steps.size(); ++step) {
      std::visit(
          [&](const auto& job) {
            if constexpr (std::is_base_of_v<StreamJob, std::decay_t<decltype(job)>>) check_reads(step, job);
          },
          program_.steps[step].job);
    }
    return faults_;
  }

 private:
  void fault(std::size_t step, const std::string& what) {
    const std::string line = "step " + std::to_string(step) + " " + what;
    if (faults_.empty() || faults_.back() != line) faults_.push_back(line);
  }

  void add_tile_step(std::size_t step, const TileJob& job) {
    const std::vector<std::uint32_t>& tiles = map_.groups.at(program_.steps[step].tile_group);
    const bool transposed = step >= forward_steps_;
    const TileBlock& block = map_.blocks.at(tiles.front());
    const bool is_whole = tiles == map_.weights[block.weight].tiles;
    const Lines lines = is_whole ? lines_of_weight(map_.product(block), transposed)
                                 : lines_of_block(block, map_.product(block), transposed);
    Product product{block.weight, transposed, uses_[{tiles.front(), transposed}]};
    for (const std::uint32_t tile : tiles) ++uses_[{tile, transposed}];
    if (vectors_of(block.weight).count(job.vectors) == 0) fault(step, "does not read every row once");
    if (job.fetches.empty() || job.drains.empty()) {
      fault(step, "has no input or no result");
      return;
    }
    if ((!is_whole || transposed) && (job.fetches.size() > 1 || job.drains.size() > 1 || job.adapters)) {
      fault(step, "has not one input and one result");
      return;
    }
    const StridedRange& fetch = job.fetches[0];
    const auto value_bytes = static_cast<std::uint32_t>(fetch.rows > 1 ? fetch.bytes : fetch.bytes / lines.driven);
    const auto has_lines = [&](const StridedRange& range, std::uint32_t count) {
      if (range.rows > 1)  // a vector is a column
        return range.rows == count && range.bytes == value_bytes && range.stride == range.bytes &&
               range.row_stride >= job.vectors * range.bytes;
      return range.bytes == std::uint64_t{value_bytes} * count && (job.vectors == 1 || range.stride >= range.bytes);
    };
    // What a tile by itself leaves is as wide as it has to be, and so is what is added to a result.
    const auto has_sensed = [&](const StridedRange& range) { return has_lines(range, lines.sensed); };
    const auto has_some_of_sensed = [&](const StridedRange& range) {
      if (range.rows > 1) return has_sensed(range);
      return range.bytes > 0 && range.bytes % lines.sensed == 0 && (job.vectors == 1 || range.stride >= range.bytes);
    };
    const bool drains_sensed = tiles.size() > 1 ? std::all_of(job.drains.begin(), job.drains.end(), has_sensed)
                                                : std::all_of(job.drains.begin(), job.drains.end(), has_some_of_sensed);
    if (value_bytes == 0 || !has_lines(fetch, lines.driven) || !drains_sensed ||
        !std::all_of(job.fetches.begin() + 1, job.fetches.end(), has_some_of_sensed)) {
      fault(step, "does not read and drain values of its tiles' lines");
      return;
    }
    // Rows one behind the other.
    const Matrix matrix{fetch.address - std::uint64_t{lines.first_driven} * value_bytes,
                        job.vectors == 1 ? 0U : fetch.stride};
    if (inputs_.emplace(product, matrix).first->second != matrix)
      fault(step, "does not read its block's part of the matrix that the layer's other tiles read");
    for (; product.result < job.drains.size(); ++product.result) {
      const StridedRange& drain = job.drains[product.result];
      const auto drained_bytes = static_cast<std::uint32_t>(drain.rows > 1 ? drain.bytes : drain.bytes / lines.sensed);
      for (std::uint32_t row = 0; row < job.vectors; ++row) {
        for (std::uint32_t byte = 0; byte < drain.rows * drain.bytes; ++byte) {
          const Part part{row, lines.first_sensed + byte / drained_bytes, lines.first_part, lines.parts};
          const std::uint64_t place = byte / drain.bytes * drain.row_stride + byte % drain.bytes;
          parts_[drain.address + std::uint64_t{row} * drain.stride + place].emplace_back(product, part);
        }
      }
    }
  }

  /// Rows that uses of a weight have.
  std::set<std::uint64_t> vectors_of(std::uint32_t weight) const {
    std::set<std::uint64_t> vectors;
    for (const Execution& execution : network_.executions()) {
      const ArrayProduct* product = execution.operation->array_product();
      if (product != nullptr && map_.number_of(product->weight) == weight) vectors.insert(product->vectors);
    }
    return vectors;
  }

  std::uint32_t uses_of(std::uint32_t weight) const {
    const auto& all = network_.executions();
    return static_cast<std::uint32_t>(std::count_if(all.begin(), all.end(), [&](const Execution& execution) {
      const ArrayProduct* product = execution.operation->array_product();
      return product != nullptr && map_.number_of(product->weight) == weight;
    }));
  }

  void check_tiles() {
    for (std::uint32_t weight = 0; weight < map_.weights.size(); ++weight) {
      for (const bool transposed : {false, true}) {
        std::set<std::uint32_t> uses;
        for (const std::uint32_t tile : map_.weights[weight].tiles) uses.insert(uses_[{tile, transposed}]);
        const std::uint32_t all = uses_of(weight);
        const bool each_once =
            uses.size() == 1 && (*uses.begin() == 0 || *uses.begin() == all || (transposed && *uses.begin() < all));
        if (!each_once)
          faults_.push_back("weight " + std::to_string(weight) +
                            " is not computed with once on each of its tiles for each of its uses");
      }
    }
  }

  /// A group holds one block or the blocks of a weight, in their order.
  void check_groups() {
    for (const std::vector<std::uint32_t>& tiles : map_.groups) {
      if (tiles.size() != 1 && tiles != map_.weights[map_.blocks[tiles.front()].weight].tiles)
        faults_.push_back("the group of tile " + std::to_string(tiles.front()) + " is not a weight's");
    }
  }

  /// The vector unit sums what it reads at one place; tiles add nothing up but what they give themselves.
  void check_reads(std::size_t step, const StreamJob& job) {
    if (!std::holds_alternative<TileJob>(program_.steps[step].job)) {
      check_sum(step, job, job.fetches);
      return;
    }
    for (const StridedRange& range : job.fetches) check_sum(step, job, {range});
  }

  void check_sum(std::size_t step, const StreamJob& job, const std::vector<StridedRange>& ranges) {
    std::uint64_t longest = 0;
    for (const StridedRange& range : ranges) longest = std::max(longest, range.bytes);
    for (std::uint64_t vector = 0; vector < job.vectors; ++vector) {
      for (std::uint64_t place = 0; place < longest; ++place) {
        std::map<Product, std::vector<Part>> found;
        for (const StridedRange& range : ranges) {
          if (!range.per_sample || place >= range.bytes) continue;
          const auto parts = parts_.find(range.address + vector * range.stride + place);
          if (parts == parts_.end()) continue;
          for (const auto& [product, part] : parts->second) found[product].push_back(part);
        }
        for (auto& [product, parts] : found) check_cover(step, product, parts);
      }
    }
  }

  void check_cover(std::size_t step, const Product& product, std::vector<Part>& parts) {
    std::sort(parts.begin(), parts.end(), [](const Part& one, const Part& other) { return one.first < other.first; });
    const ArrayProduct& whole = map_.weights[product.weight].product;
    const std::uint32_t lines = product.transposed ? whole.outputs_of_group() : whole.inputs;
    std::uint32_t next = 0;
    for (const Part& part : parts) {
      if (part.row != parts[0].row || part.line != parts[0].line)
        fault(step, "sums results of different rows or lines of weight " + std::to_string(product.weight));
      if (part.first != next) {
        fault(step, "does not read every part of a sum of weight " + std::to_string(product.weight) + " once");
        return;
      }
      next = part.first + part.count;
    }
    if (next != lines) fault(step, "does not read all of a sum of weight " + std::to_string(product.weight));
  }

  const Program& program_;
  const Network& network_;
  const TileMap& map_;
  std::size_t forward_steps_;
  std::map<std::pair<std::uint32_t, bool>, std::uint32_t> uses_;  ///< steps so far, by tile and direction
  std::map<Product, Matrix> inputs_;
  std::map<std::uint64_t, std::vector<std::pair<Product, Part>>> parts_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> partial_sum_faults(const Program& program, const Network& network, const TileMap& map,
                                            std::size_t forward_steps) {
  return Cover(program, network, map, forward_steps).faults();
}

}  // namespace palimpsest::test
