#include "sim/mapping/group_jobs.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "models/physics/input_encoding.hpp"

namespace palimpsest {

namespace {

// A sum over up to 256 tiles.
constexpr std::uint64_t sum_bits_beyond_part = 8;

/// Counts the lines of one tile in a pass.
void add_lines(TileJob& job, const TileConfig& tile, const BlockRead& read, ReadDirection direction) {
  const MappingConfig& mapping = tile.mapping;
  std::uint32_t driven = read.driven;
  std::uint32_t sensed = read.given;
  if (direction == ReadDirection::forward) {
    sensed = sensed_lines(mapping, read.given);
    job.reference_lines += reference_columns(mapping);
  } else {
    // Both devices of a pair are driven with opposite voltages, or one after the other where voltages have one sign.
    const bool pair = mapping.weights == WeightEncoding::differential;
    if (pair && mapping.inputs == InputEncoding::bipolar) driven *= 2;
    job.reference_lines += pair ? 0 : 1;
  }
  job.driven_lines += driven;
  job.sensed_lines += sensed;
  job.most_driven_lines = std::max(job.most_driven_lines, driven);
  job.most_sensed_lines = std::max(job.most_sensed_lines, sensed);
}

bool reads_pairs_in_turn(const MappingConfig& mapping, ReadDirection direction) {
  return direction == ReadDirection::transposed && mapping.weights == WeightEncoding::differential &&
         mapping.inputs != InputEncoding::bipolar;
}

std::uint32_t passes(const TileConfig& tile, ReadDirection direction, LineInputs inputs) {
  const std::uint32_t of_inputs = input_passes(encoding_of(tile.mapping.inputs, inputs), tile.dac.bits);
  if (direction == ReadDirection::forward) return of_inputs;
  // The digits of a weight have different significance, so each slice is read by itself.
  return of_inputs * tile.mapping.slices * (reads_pairs_in_turn(tile.mapping, direction) ? 2 : 1);
}

/// Bits of serial inputs say by themselves whether their line is driven, and so do spikes.
std::uint32_t zero_checks(const TileJob& job, const TileConfig& tile, ReadDirection direction) {
  const bool checks = direction == ReadDirection::forward && !job.spikes && gates(tile.dac, LineInputs::codes) &&
                      tile.mapping.inputs != InputEncoding::bit_serial;
  return checks ? job.driven_lines : 0;
}

std::uint32_t shift_adds(const TileJob& job, const TileConfig& tile, ReadDirection direction) {
  const bool adds_parts = job.passes > 1 || (direction == ReadDirection::forward && tile.mapping.slices > 1);
  return adds_parts ? job.sensed_lines : 0;
}

/// Bits that sums over passes have more than one of them.
int bits_of_passes(InputEncoding encoding, int dac_bits) {
  switch (encoding) {
    case InputEncoding::two_pass:
      return 1;
    case InputEncoding::bit_serial:
      return dac_bits;
    case InputEncoding::bipolar:
      break;
  }
  return 0;
}

/// How many blocks of the same group begin before this one along the driven side, and along the given side.
struct Position {
  std::uint64_t driven = 0;
  std::uint64_t given = 0;
};

class GroupLayout {
 public:
  GroupLayout(const TileMap& map, const std::vector<std::uint32_t>& tiles, ReadDirection direction) {
    for (const std::uint32_t tile : tiles) {
      const BlockRead read = block_read(map, tile, direction);
      driven_[map.blocks[tile].group].insert(read.first_driven);
      given_[map.blocks[tile].group].insert(read.first_given);
    }
  }

  Position position(const BlockRead& read, std::uint32_t group) const {
    return {before(driven_.at(group), read.first_driven), before(given_.at(group), read.first_given)};
  }
  /// Tiles that give for the same element.
  std::uint64_t addends() const { return driven_.begin()->second.size(); }

 private:
  static std::uint64_t before(const std::set<std::uint32_t>& firsts, std::uint32_t first) {
    return static_cast<std::uint64_t>(std::distance(firsts.begin(), firsts.find(first)));
  }

  std::map<std::uint32_t, std::set<std::uint32_t>> driven_;  ///< by group of the weight: first elements of blocks
  std::map<std::uint32_t, std::set<std::uint32_t>> given_;
};

}  // namespace

BlockRead block_read(const TileMap& map, std::uint32_t tile, ReadDirection direction) {
  const TileBlock& block = map.blocks[tile];
  const ArrayProduct& product = map.product(block);
  const std::uint32_t first_input = block.group * product.inputs + block.first_input;
  if (direction == ReadDirection::forward)
    return {first_input, block.inputs, block.first_output, block.outputs, block.first_input};
  return {block.first_output, block.outputs, first_input, block.inputs,
          block.first_output - block.group * product.outputs_of_group()};
}

bool share_step(const AdcConfig& adc) { return adc.range != AdcRange::per_tile; }

int bits_of_part(const TileConfig& tile, ReadDirection direction, LineInputs inputs) {
  const MappingConfig& mapping = tile.mapping;
  const auto further_slices = static_cast<int>(mapping.slices) - 1;
  return tile.adc.bits + bits_of_passes(encoding_of(mapping.inputs, inputs), tile.dac.bits) +
         (further_slices > 0 ? further_slices * mapping.bits_per_slice + 1 : 0) +
         (reads_pairs_in_turn(mapping, direction) ? 1 : 0);
}

TileJob tile_job(const Architecture& architecture, const TileMap& map, std::uint32_t tile, ReadDirection direction,
                 LineInputs inputs) {
  TileJob job;
  job.spikes = inputs == LineInputs::spikes;
  job.passes = passes(architecture.tile, direction, inputs);
  add_lines(job, architecture.tile, block_read(map, tile, direction), direction);
  job.shift_adds = shift_adds(job, architecture.tile, direction);
  job.zero_checks = zero_checks(job, architecture.tile, direction);
  return job;
}

TileJob group_job(const Architecture& architecture, const TileMap& map, const std::vector<std::uint32_t>& tiles,
                  ReadDirection direction, const VectorOperations& of_element, LineInputs inputs) {
  const TileConfig& tile_config = architecture.tile;
  const bool forward = direction == ReadDirection::forward;
  const bool spikes = inputs == LineInputs::spikes;
  const int value_bits = forward ? architecture.sram.activation_bits : architecture.training.gradient_bits;
  const auto element_bits = static_cast<std::uint64_t>(spikes ? 1 : value_bits);
  const std::uint64_t sum_bits =
      static_cast<std::uint64_t>(bits_of_part(tile_config, direction, inputs)) + sum_bits_beyond_part;
  const GroupLayout layout(map, tiles, direction);
  TileJob job;
  job.spikes = spikes;
  job.passes = passes(tile_config, direction, inputs);
  std::uint64_t results = 0;
  std::uint64_t parts = 0;
  std::uint64_t most_results = 0;
  for (const std::uint32_t tile : tiles) {
    const BlockRead read = block_read(map, tile, direction);
    add_lines(job, tile_config, read, direction);
    const Position at = layout.position(read, map.blocks[tile].group);
    most_results = std::max<std::uint64_t>(most_results, read.given);
    parts += read.given;
    if (at.driven == 0) results += read.given;
    // A part of the vector passes the tiles before those that it is for, and then goes from one to the next; sums go
    // from tile to tile too.
    job.group_wire_bits += read.driven * element_bits * (at.given == 0 ? at.driven : 1);
    if (at.driven > 0) job.group_wire_bits += read.given * sum_bits;
  }
  job.shift_adds = shift_adds(job, tile_config, direction);
  job.zero_checks = zero_checks(job, tile_config, direction);

  const std::uint64_t additions = layout.addends() - 1;
  const bool shares = share_step(tile_config.adc);
  job.lane_operations = of_element * results + (shares ? add_operations * (additions * results) : VectorOperations{}) +
                        scale_operations * (shares ? results : parts);
  // Each tile adds its own to the sum, multiplied or as it is; the last one multiplies a sum of the same steps.
  const std::uint64_t of_lane = of_element.total() + 1 + (shares && additions > 0 ? 1 : 0);
  const VectorUnitConfig& lanes = architecture.data_path.lanes;
  job.lane_cycles = ceil_div(of_lane * most_results, lanes.lanes) * lanes.step_cycles;
  job.lane_latency = (lanes.pipeline_cycles + additions) * lanes.step_cycles;
  return job;
}

}  // namespace palimpsest
