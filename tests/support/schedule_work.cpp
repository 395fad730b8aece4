#include "tests/support/schedule_work.hpp"

#include <stdexcept>
#include <utility>
#include <variant>

namespace palimpsest::schedule {
namespace {

std::uint64_t divided_rounding_up(std::uint64_t numerator, std::uint64_t denominator) {
  return numerator / denominator + (numerator % denominator == 0 ? 0 : 1);
}

std::uint64_t analogue_cycles(const ChipConfig& config, double nanoseconds) {
  return config.clock.cycles_for_ns(nanoseconds);
}

std::uint64_t conversion_cycles(const ChipConfig& config, std::uint32_t lines) {
  const AdcConfig& adc = config.tile.adc;
  return divided_rounding_up(lines, adc.count) * analogue_cycles(config, adc.multiplexer_ns + adc.conversion_ns);
}

std::uint64_t round_cycles(const ChipConfig& config, const WriteRound& round) {
  const TileConfig& tile = config.tile;
  std::uint64_t cycles = 0;
  if (round.forming_pulses > 0) cycles += analogue_cycles(config, tile.forming_ns);
  for (std::uint32_t phase = 0; phase < round.set_phases; ++phase) cycles += analogue_cycles(config, tile.pulse_ns);
  if (round.reset_pulses > 0) cycles += analogue_cycles(config, tile.pulse_ns);
  if (round.verify_reads > 0) {
    cycles += analogue_cycles(config, tile.dac.settling_ns) + analogue_cycles(config, tile.crossbar.read_ns) +
              conversion_cycles(config, round.verify_reads);
    if (tile.sensing.kind == SensingKind::integrator) cycles += analogue_cycles(config, tile.sensing.transfer_ns);
  }
  return cycles;
}

std::uint64_t bits_of_a_pass(const TileConfig& tile) {
  const auto bits = static_cast<std::uint64_t>(tile.dac.bits);
  if (tile.mapping.inputs == InputEncoding::bit_serial) return 1;
  if (tile.mapping.inputs == InputEncoding::two_pass) return bits - 1;
  return bits;
}

Work streaming_work(std::size_t unit, const StreamJob& job, std::vector<std::uint64_t> service) {
  return {nullptr, unit, job.vectors, job.passes, {}, job.fetches, job.drains, std::move(service)};
}

Work work_of(const ChipConfig& config, const Step& step, const TileJob& job) {
  if (step.tile >= config.tiles) throw std::out_of_range("schedule: the program names a tile that does not exist");
  const TileConfig& tile = config.tile;
  const std::uint64_t code_bits = std::uint64_t{job.driven_lines} * bits_of_a_pass(tile);
  const std::uint64_t dac =
      divided_rounding_up(code_bits, tile.dac.load_width_bits) + analogue_cycles(config, tile.dac.settling_ns);
  const std::uint64_t read = analogue_cycles(config, tile.crossbar.read_ns);
  const std::uint64_t conversions = conversion_cycles(config, job.sensed_lines);
  if (tile.sensing.kind == SensingKind::transimpedance)
    return streaming_work(step.tile, job, {0, dac, read, conversions, 0});
  const std::uint64_t transfer = analogue_cycles(config, tile.sensing.transfer_ns);
  return streaming_work(step.tile, job, {0, dac, read, transfer, conversions, 0});
}

Work work_of(const ChipConfig& config, const Step& /*step*/, const LoraJob& job) {
  Work work = streaming_work(config.tiles + lora_unit, job, {0, job.cycles_per_vector, 0});
  work.preloads = job.preloads;
  return work;
}

Work work_of(const ChipConfig& config, const Step& /*step*/, const VectorJob& job) {
  return streaming_work(config.tiles + vector_unit, job, {0, job.cycles_per_vector, 0});
}

Work work_of(const ChipConfig& config, const Step& /*step*/, const HostJob& job) {
  return streaming_work(config.tiles + host_port, job, {0, job.words_per_vector * config.host_port.cycles_per_word, 0});
}

std::uint64_t words_of_32_bits(const OffChipJob& job) { return divided_rounding_up(job.memory.bytes, 4); }

Work work_of(const ChipConfig& config, const Step& /*step*/, const OffChipJob& job) {
  const OffChipConfig& memory = config.off_chip.value();
  const double nanoseconds = static_cast<double>(words_of_32_bits(job) * 4) * 1e9 / memory.bytes_per_second;
  return streaming_work(config.tiles + off_chip, job,
                        {0, analogue_cycles(config, memory.latency_ns), analogue_cycles(config, nanoseconds), 0});
}

Work work_of(const ChipConfig& config, const Step& /*step*/, const ProgramJob& job) {
  std::uint64_t cycles = 0;
  for (const WriteGroup& group : job.groups) {
    for (const WriteRound& round : group.rounds) cycles += round_cycles(config, round);
  }
  return {nullptr, config.tiles + programmer, 1, 1, {}, {}, {}, {cycles}};
}

void count_vector(const TileJob& job, ActionCounts& counts) {
  counts.dac_updates += job.driven_lines;
  counts.word_line_switches += job.driven_lines;
  counts.tia_samples += std::uint64_t{job.sensed_lines} + job.reference_lines;
  counts.adc_conversions += job.sensed_lines;
  counts.shift_adds += job.shift_adds;
}

void count_vector(const LoraJob& job, ActionCounts& counts) { counts.lora_macs += job.macs_per_vector; }

void count_vector(const VectorJob& job, ActionCounts& counts) {
  counts.vector_adds += job.operations_per_vector.adds;
  counts.vector_macs += job.operations_per_vector.macs;
  counts.vector_lookups += job.operations_per_vector.lookups;
  counts.vector_moves += job.operations_per_vector.moves;
}

void count_vector(const HostJob& job, ActionCounts& counts) { counts.host_words += job.words_per_vector; }

void count_vector(const OffChipJob& job, ActionCounts& counts) {
  // Into the buffer goes what is drained.
  (job.drains.empty() ? counts.off_chip_stored_words : counts.off_chip_loaded_words) += words_of_32_bits(job);
}

void count_vector(const ProgramJob& job, ActionCounts& counts) {
  for (const WriteGroup& group : job.groups) {
    counts.rm_cells += group.cells;
    for (const WriteRound& round : group.rounds) {
      counts.rm_set_pulses += round.set_pulses;
      counts.rm_reset_pulses += round.reset_pulses;
      counts.rm_verify_reads += round.verify_reads;
      counts.rm_forming_pulses += round.forming_pulses;
      counts.rm_write_word_lines += round.set_phases;
      for (const std::uint32_t pulses : {round.forming_pulses, round.reset_pulses}) {
        if (pulses > 0) ++counts.rm_write_word_lines;
      }
      if (round.verify_reads > 0) ++counts.rm_verify_word_lines;
    }
  }
}

}  // namespace

std::vector<Work> works_of(const ChipConfig& config, const Program& program) {
  std::vector<Work> works;
  for (const Step& step : program.steps) {
    works.push_back(std::visit([&](const auto& job) { return work_of(config, step, job); }, step.job));
    works.back().job = &step.job;
  }
  return works;
}

void count_vector(const Work& work, ActionCounts& counts) {
  std::visit([&](const auto& job) { count_vector(job, counts); }, *work.job);
}

}  // namespace palimpsest::schedule
