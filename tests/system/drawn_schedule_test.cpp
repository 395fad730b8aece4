#include <catch2/catch.hpp>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <variant>

#include "tests/support/schedule_comparison.hpp"

namespace palimpsest {
namespace {

/// Chips and programs drawn at random. Times are short, so that all that can happen in the same cycle does.
class Draw {
 public:
  explicit Draw(std::uint32_t seed) : random_(seed) {}

  ChipConfig chip() {
    ChipConfig config;
    config.tile_groups = 1 + below(3);
    draw_tiles(config.tile);
    config.sram.banks = 1 + below(4);
    config.sram.line_words = 1 + below(16);
    config.sram.word_bits = 16U << below(2);
    config.sram.access_cycles = below(4);
    config.sram.word_cycles = 1 + below(2);
    config.sram.idle_leakage_share = coin() ? 1.0 : 0.5;
    config.sram.wake_cycles = below(3);
    config.interconnect.latency_cycles = below(4);
    config.host_port.cycles_per_word = 1 + below(3);
    if (coin()) config.off_chip = {1 << 20U, 10.0 * below(40), 1e7 * (1 + below(50)), 0.0, 0.0};
    return config;
  }

  /// Jobs of all units of the chip on the same banks, with dependencies between them.
  Program program(const ChipConfig& chip) {
    Program program;
    program.samples = 1 + below(4);
    program.samples_in_flight = 1 + below(3);
    program.slot_bytes = 4000 + below(300);
    const std::uint32_t steps = 1 + below(14);
    for (std::uint32_t step = 0; step < steps; ++step) {
      program.steps.push_back(this->step(chip));
      auto* tile_job = std::get_if<TileJob>(&program.steps.back().job);
      if (tile_job != nullptr && coin()) draw_driven_lines(*tile_job, program.samples);
      for (std::uint32_t earlier = 0; earlier < step; ++earlier) {
        if (below(5) == 0) program.steps.back().depends_on.push_back(earlier);
      }
    }
    return program;
  }

 private:
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  bool coin() { return below(2) == 0; }

  void draw_tiles(TileConfig& tile) {
    tile.crossbar.rows = 2 + below(60);
    tile.dac.load_width_bits = 8U << below(4);
    tile.dac.settling_ns = 10.0 * below(3);
    tile.mapping.inputs = static_cast<InputEncoding>(below(3));
    tile.crossbar.read_ns = 10.0 * below(8);
    tile.sensing.kind = coin() ? SensingKind::integrator : SensingKind::transimpedance;
    tile.sensing.transfer_ns = 10.0 * (1 + below(4));
    tile.adc.count = 1 + below(3);
    tile.adc.conversion_ns = 10.0 * below(3);
    tile.pulse_ns = 10.0 * (1 + below(5));
    tile.forming_ns = 10.0 * below(9);
  }

  StridedRange range() {
    StridedRange range{below(2048), below(200), below(300), coin()};
    if (coin()) return range;
    range.rows = 1 + below(4);
    range.row_stride = below(300);
    range.together = 1 + below(6);
    return range;
  }
  std::vector<StridedRange> ranges() { return coin() ? std::vector<StridedRange>{} : std::vector{range()}; }

  template <class StreamingJob>
  StreamingJob streaming() {
    StreamingJob job;
    job.vectors = 1 + below(5);
    job.preloads = ranges();
    job.fetches = ranges();
    job.drains = ranges();
    return job;
  }

  TileJob tile_job(std::uint32_t group) {
    auto job = streaming<TileJob>();
    job.passes = 1 + below(3);
    job.spikes = coin();
    job.most_driven_lines = below(30);
    job.most_sensed_lines = below(20);
    job.driven_lines = job.most_driven_lines * (1 + below(3));
    job.sensed_lines = job.most_sensed_lines * (1 + below(3));
    job.reference_lines = below(3);
    job.shift_adds = below(4);
    job.lane_operations = operations();
    job.lane_cycles = coin() ? below(40) : 0;
    job.lane_latency = below(12);
    job.group_wire_bits = below(9);
    job.zero_checks = below(9);
    if (coin()) {
      auto adapters = lora_job();
      adapters.vectors = job.vectors;
      adapters.fetches.clear();
      adapters.fed_by = group;
      adapters.fed_words_per_vector = below(9);
      job.adapters = adapters;
    }
    return job;
  }

  /// As if the job were a piece of a product of more vectors.
  void draw_driven_lines(TileJob& job, std::uint32_t samples) {
    job.first_vector = below(3);
    DrivenLines driven{samples, job.first_vector + job.vectors + below(2), job.passes, {}};
    driven.lines.resize(std::size_t{samples} * driven.vectors * driven.passes);
    for (std::uint32_t& lines : driven.lines) lines = below(job.most_driven_lines + 1);
    job.driven = std::make_shared<const DrivenLines>(std::move(driven));
  }

  LoraJob lora_job() {
    auto job = streaming<LoraJob>();
    job.cycles_per_vector = below(60);
    job.result_cycles = below(static_cast<std::uint32_t>(job.cycles_per_vector) + 1);
    job.macs_per_vector = below(9);
    return job;
  }

  VectorJob vector_job() {
    auto job = streaming<VectorJob>();
    job.cycles_per_vector = below(30);
    job.operations_per_vector = operations();
    return job;
  }

  HostJob host_job() {
    auto job = streaming<HostJob>();
    job.words_per_vector = below(30);
    return job;
  }

  OffChipJob off_chip_job() {
    auto job = streaming<OffChipJob>();
    const StridedRange moved = range();
    job.memory = {below(5000), moved.bytes, 1000, false};
    job.fetches = job.drains = {};
    (coin() ? job.fetches : job.drains) = {moved};
    return job;
  }

  ProgramJob program_job(std::uint32_t group) {
    ProgramJob job;
    job.tile_group = group;
    WriteRounds& rounds = job.rounds;
    rounds.cells = below(16);
    rounds.set_pulses = rounds.set_phases = below(8);
    rounds.reset_pulses = rounds.reset_phases = below(8);
    rounds.forming_pulses = rounds.forming_phases = below(3);
    for (std::size_t cells = 1; cells < 5; ++cells) rounds.add_reads(cells, below(4));
    return job;
  }

  VectorOperations operations() { return {below(9), below(9), below(9), below(9)}; }

  Step step(const ChipConfig& chip) {
    const std::uint32_t group = below(chip.tile_groups);
    switch (below(8)) {
      case 0:
        return {vector_job(), 0, {}};
      case 1:
        return {host_job(), 0, {}};
      case 2:
        return {lora_job(), 0, {}};
      case 3:
        return {program_job(group), 0, {}};
      case 4:
        if (chip.off_chip) return {off_chip_job(), 0, {}};
        return {vector_job(), 0, {}};
      default:
        return {tile_job(group), group, {}};
    }
  }

  std::mt19937 random_;
};

/// All chips are made before the first plays, for the kernel elaborates once; every other with its modules in reverse.
void compare(Draw& draw, const std::vector<ChipConfig>& configs, int programs_of_each) {
  std::vector<std::unique_ptr<Chip>> chips;
  for (const ChipConfig& config : configs) {
    const std::string name = "chip_" + std::to_string(chips.size());
    chips.push_back(std::make_unique<Chip>(name.c_str(), config, ChipOptions{chips.size() % 2 == 1}));
  }
  for (const auto& chip : chips) {
    for (int program = 0; program < programs_of_each; ++program) {
      CAPTURE(chip->name(), program);
      schedule::check_as_scheduled(*chip, draw.program(chip->config()));
    }
  }
}

}  // namespace

TEST_CASE("Chips of all kinds take the cycles and counts of an independent schedule for programs of all kinds") {
  Draw draw(1);
  std::vector<ChipConfig> configs;
  for (int chip = 0; chip < 40; ++chip) configs.push_back(draw.chip());
  compare(draw, configs, 40);
}

TEST_CASE("The same cycles with an off-chip memory slower than all else, and with one faster than the banks") {
  Draw draw(2);
  ChipConfig slow = draw.chip();
  slow.tile_groups = 3;
  slow.off_chip = {1 << 20U, 1234.0, 3e6, 0.0, 0.0};
  ChipConfig fast = slow;
  fast.sram.banks = 1;
  fast.sram.access_cycles = 7;
  fast.off_chip = {1 << 20U, 0.0, 1e11, 0.0, 0.0};
  compare(draw, {slow, fast}, 60);
}

}  // namespace palimpsest
