#include "tests/support/schedule_work.hpp"

#include <algorithm>
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

std::uint64_t cycles_of_rounds(const ChipConfig& config, const WriteRounds& rounds) {
  const TileConfig& tile = config.tile;
  std::uint64_t cycles = rounds.forming_phases * analogue_cycles(config, tile.forming_ns);
  for (std::uint64_t phase = 0; phase < rounds.set_phases; ++phase) cycles += analogue_cycles(config, tile.pulse_ns);
  for (std::uint64_t phase = 0; phase < rounds.reset_phases; ++phase) cycles += analogue_cycles(config, tile.pulse_ns);
  for (std::size_t cells = 1; cells < rounds.reads.size(); ++cells) {
    for (std::uint64_t round = 0; round < rounds.reads[cells]; ++round) {
      cycles += analogue_cycles(config, tile.dac.settling_ns) + analogue_cycles(config, tile.crossbar.read_ns) +
                conversion_cycles(config, static_cast<std::uint32_t>(cells));
      if (tile.sensing.kind == SensingKind::integrator) cycles += analogue_cycles(config, tile.sensing.transfer_ns);
    }
  }
  return cycles;
}

std::uint64_t bits_of_a_pass(const TileConfig& tile) {
  const auto bits = static_cast<std::uint64_t>(tile.dac.bits);
  if (tile.mapping.inputs == InputEncoding::bit_serial) return 1;
  if (tile.mapping.inputs == InputEncoding::two_pass) return bits - 1;
  return bits;
}

template <class StreamingJob>
Work streaming_work(std::size_t unit, const StreamingJob& job, std::vector<std::uint64_t> service) {
  Work work;
  work.job = &job;
  work.unit = unit;
  work.vectors = job.vectors;
  work.passes = job.passes;
  work.preloads = job.preloads;
  work.fetches = job.fetches;
  work.drains = job.drains;
  work.service = std::move(service);
  return work;
}

Work work_of(const ChipConfig& config, const Step& step, const TileJob& job) {
  if (step.tile_group >= config.tile_groups)
    throw std::out_of_range("schedule: the program names a tile group that does not exist");
  const TileConfig& tile = config.tile;
  const std::uint64_t code_bits = job.spikes ? 1 : bits_of_a_pass(tile);
  Loads loads;
  loads.bits_of_all_lines = std::uint64_t{job.most_driven_lines} * code_bits;
  loads.width = tile.dac.load_width_bits;
  loads.settling = analogue_cycles(config, tile.dac.settling_ns);
  const std::uint64_t dac = divided_rounding_up(loads.bits_of_all_lines, loads.width) + loads.settling;
  std::vector<std::uint64_t> service = {0, dac, analogue_cycles(config, tile.crossbar.read_ns)};
  if (tile.sensing.kind == SensingKind::integrator)
    service.push_back(analogue_cycles(config, tile.sensing.transfer_ns));
  service.push_back(conversion_cycles(config, job.most_sensed_lines));
  const std::size_t lanes = service.size();
  service.insert(service.end(), {0, 0});
  Work work = streaming_work(step.tile_group, job, std::move(service));
  if (job.driven != nullptr) {
    loads.driven = job.driven.get();
    loads.first_vector = job.first_vector;
    for (std::uint64_t told_apart = 1; told_apart < tile.crossbar.rows; told_apart *= 2) ++loads.bits_of_driven_line;
    if (!job.spikes) loads.bits_of_driven_line += code_bits;
    work.loads = loads;
  }
  work.lanes = lanes;
  if (job.most_sensed_lines > 0) work.lots = divided_rounding_up(job.most_sensed_lines, tile.adc.count);
  work.lane_cycles = job.lane_cycles;
  work.lane_latency = job.lane_latency;
  work.feeds_adapters = job.adapters.has_value();
  if (work.feeds_adapters) work.result_cycles = job.adapters->result_cycles;
  return work;
}

Work work_of(const ChipConfig& config, const Step& /*step*/, const LoraJob& job) {
  return streaming_work(config.tile_groups + lora_unit, job, {0, job.cycles_per_vector, 0});
}

Work work_of(const ChipConfig& config, const Step& /*step*/, const VectorJob& job) {
  return streaming_work(config.tile_groups + vector_unit, job, {0, job.cycles_per_vector, 0});
}

Work work_of(const ChipConfig& config, const Step& /*step*/, const HostJob& job) {
  return streaming_work(config.tile_groups + host_port, job,
                        {0, job.words_per_vector * config.host_port.cycles_per_word, 0});
}

std::uint64_t words_of_32_bits(const OffChipJob& job) { return divided_rounding_up(job.memory.bytes, 4); }

Work work_of(const ChipConfig& config, const Step& /*step*/, const OffChipJob& job) {
  const OffChipConfig& memory = config.off_chip.value();
  const double nanoseconds = static_cast<double>(words_of_32_bits(job) * 4) * 1e9 / memory.bytes_per_second;
  return streaming_work(config.tile_groups + off_chip, job,
                        {0, analogue_cycles(config, memory.latency_ns), analogue_cycles(config, nanoseconds), 0});
}

Work work_of(const ChipConfig& config, const Step& /*step*/, const ProgramJob& job) {
  Work work;
  work.job = &job;
  work.unit = config.tile_groups + programmer;
  work.service = {cycles_of_rounds(config, job.rounds)};
  return work;
}

void count_operations(const VectorOperations& operations, ActionCounts& counts) {
  counts.vector_adds += operations.adds;
  counts.vector_macs += operations.macs;
  counts.vector_lookups += operations.lookups;
  counts.vector_moves += operations.moves;
}

void count_pass(const TileJob& job, ActionCounts& counts) {
  (job.spikes ? counts.spike_updates : counts.dac_updates) += job.driven_lines;
  counts.word_line_switches += job.driven_lines;
  counts.tia_samples += std::uint64_t{job.sensed_lines} + job.reference_lines;
  counts.adc_conversions += job.sensed_lines;
  counts.shift_adds += job.shift_adds;
}

void count_vector(const TileJob& job, ActionCounts& counts) {
  count_operations(job.lane_operations, counts);
  counts.group_wire_bits += job.group_wire_bits;
  counts.zero_checks += job.zero_checks;
}

void count_vector(const LoraJob& job, ActionCounts& counts) {
  counts.lora_macs += job.macs_per_vector;
  counts.interconnect_words += job.fed_words_per_vector;
}

void count_vector(const VectorJob& job, ActionCounts& counts) { count_operations(job.operations_per_vector, counts); }

void count_vector(const HostJob& job, ActionCounts& counts) { counts.host_words += job.words_per_vector; }

void count_vector(const OffChipJob& job, ActionCounts& counts) {
  // Into the buffer goes what is drained.
  (job.drains.empty() ? counts.off_chip_stored_words : counts.off_chip_loaded_words) += words_of_32_bits(job);
}

void count_vector(const ProgramJob& job, ActionCounts& counts) {
  const WriteRounds& rounds = job.rounds;
  counts.rm_cells += rounds.cells;
  counts.rm_set_pulses += rounds.set_pulses;
  counts.rm_reset_pulses += rounds.reset_pulses;
  counts.rm_forming_pulses += rounds.forming_pulses;
  counts.rm_write_word_lines += rounds.set_phases + rounds.reset_phases + rounds.forming_phases;
  for (std::size_t cells = 1; cells < rounds.reads.size(); ++cells) {
    counts.rm_verify_reads += cells * rounds.reads[cells];
    counts.rm_verify_word_lines += rounds.reads[cells];
  }
}

}  // namespace

std::uint64_t Loads::service(std::size_t sample, std::uint64_t vector, std::uint64_t pass) const {
  const std::uint64_t row = sample * driven->vectors + first_vector + vector;
  const std::uint64_t lines = driven->lines.at(row * driven->passes + pass);
  return divided_rounding_up(std::min(bits_of_all_lines, lines * bits_of_driven_line), width) + settling;
}

std::vector<std::vector<Work>> works_of(const ChipConfig& config, const Program& program) {
  std::vector<std::vector<Work>> works;
  for (const Step& step : program.steps) {
    works.push_back({std::visit([&](const auto& job) { return work_of(config, step, job); }, step.job)});
    const auto* tile_job = std::get_if<TileJob>(&step.job);
    if (tile_job == nullptr || !tile_job->adapters) continue;
    const LoraJob& adapters = *tile_job->adapters;
    if (adapters.vectors != tile_job->vectors || adapters.passes != 1 || !adapters.fetches.empty())
      throw std::invalid_argument("schedule: adapters want the tile job's vectors, in one pass and without fetches");
    works.back().push_back(work_of(config, step, adapters));
    works.back().back().is_fed = true;
  }
  return works;
}

std::uint64_t register_bits_of(const Work& work) {
  std::uint64_t bits = 0;
  if (!std::holds_alternative<const LoraJob*>(work.job)) return bits;
  for (const StridedRange& range : work.preloads) bits += 8 * range.rows * range.bytes;
  return bits;
}

void count_pass(const Work& work, ActionCounts& counts) {
  if (const auto* const* job = std::get_if<const TileJob*>(&work.job)) count_pass(**job, counts);
}

void count_vector(const Work& work, ActionCounts& counts) {
  std::visit([&](const auto* job) { count_vector(*job, counts); }, work.job);
}

}  // namespace palimpsest::schedule
