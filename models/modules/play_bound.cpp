#include "models/modules/play_bound.hpp"

#include <algorithm>
#include <memory>
#include <type_traits>
#include <variant>
#include <vector>

#include "models/modules/dataflow.hpp"
#include "models/physics/saturating.hpp"
#include "models/physics/write_cycles.hpp"

namespace palimpsest {

namespace {

/// Sums that saturate.
struct Delays {
  std::uint64_t cycles = 0;
  std::uint64_t bank_cycles = 0;  ///< of them, those in which banks are busy

  void add(std::uint64_t count, std::uint64_t each) {
    cycles = saturating_sum(cycles, saturating_product(count, each));
  }
};

/// Most requests that the fetch and the drain port of a unit have under way.
struct Ports {
  std::uint64_t fetch = 0;
  std::uint64_t drain = 0;
};

class Bound {
 public:
  explicit Bound(const ChipConfig& config)
      : config_(config),
        write_cycles_(config.tile, config.clock),
        ports_(config.tile_groups + std::size_t{units_behind_groups}) {
    const std::unique_ptr<const Sensing> sensing = sensing_of(config.tile);
    read_cycles_ = array_cycles(*sensing, config.clock) + transfer_cycles(*sensing, config.clock);
  }

  PlayBound of(const Program& program) {
    for (const Step& step : program.steps) {
      const std::uint32_t unit = unit_of(step, config_.tile_groups);
      std::visit([this, unit](const auto& job) { add(job, unit); }, step.job);
    }
    std::uint64_t under_way = 0;
    for (const Ports& ports : ports_) under_way = saturating_sum(under_way, saturating_sum(ports.fetch, ports.drain));
    return {saturating_product(program.samples, sample_.cycles),
            saturating_product(saturating_product(program.samples, sample_.bank_cycles), under_way)};
  }

 private:
  static constexpr std::uint64_t reports_per_job = 2;

  std::uint64_t service_cycles(const TileJob& job) const {
    const std::uint64_t bits = load_bits(config_.tile.dac, config_.tile.mapping.inputs,
                                         job.spikes ? LineInputs::spikes : LineInputs::codes, job.most_driven_lines);
    return dac_cycles(config_.tile.dac, bits, config_.clock) + read_cycles_ +
           adc_cycles(config_.tile.adc, job.most_sensed_lines, config_.clock);
  }
  static std::uint64_t service_cycles(const LoraJob& job) { return job.cycles_per_vector; }
  static std::uint64_t service_cycles(const VectorJob& job) { return job.cycles_per_vector; }
  std::uint64_t service_cycles(const HostJob& job) const {
    return saturating_product(job.words_per_vector, config_.host_port.cycles_per_word);
  }

  /// A program with such jobs on a chip without off-chip memory is refused before it is bounded.
  std::uint64_t service_cycles(const OffChipJob& job) const {
    return saturating_sum(access_cycles(*config_.off_chip, config_.clock),
                          link_cycles(*config_.off_chip, job.memory.bytes, config_.clock));
  }

  void add(const ProgramJob& job, std::uint32_t /*unit*/) {
    sample_.add(1, write_cycles_.of(job.rounds));
    sample_.add(reports_per_job, 1);
  }

  /// What the adapters of a tile job have to do counts as if it were done before or after.
  template <class StreamingJob>
  void add(const StreamingJob& job, std::uint32_t unit) {
    sample_.add(std::uint64_t{job.vectors} * job.passes, service_cycles(job));
    if constexpr (std::is_same_v<StreamingJob, TileJob>) {
      sample_.add(job.vectors, saturating_sum(job.lane_cycles, job.lane_latency));
      if (job.adapters) add(*job.adapters, config_.tile_groups);
    }
    Ports& ports = ports_[unit];
    add_transfers(1, job.preloads, ports.fetch);
    add_transfers(job.vectors, job.fetches, ports.fetch);
    add_transfers(job.vectors, job.drains, ports.drain);
    sample_.add(reports_per_job, 1);
  }

  void add_transfers(std::uint64_t transfers, const std::vector<StridedRange>& ranges, std::uint64_t& port) {
    const std::uint64_t word = word_bytes(config_.sram);
    const std::uint64_t line = line_bytes(config_.sram);
    const std::uint64_t latency = config_.interconnect.latency_cycles;
    std::uint64_t requests_of_vector = 0;
    std::uint64_t words_of_largest = 0;
    for (const StridedRange& range : ranges) {
      if (range.bytes == 0) continue;
      const std::uint64_t bytes = range.bytes + (range.together - 1) * range.stride;
      // Wherever it begins within a word and a line.
      const std::uint64_t words = (bytes - 1) / word + 2;
      const std::uint64_t requests = range.rows * ((bytes - 1) / line + 2);
      const std::uint64_t busy = requests * wake_cycles() + range.rows * words * config_.sram.word_cycles;
      const std::uint64_t times = ceil_div(transfers, range.together);
      sample_.bank_cycles = saturating_sum(sample_.bank_cycles, saturating_product(times, busy));
      // Issued in one cycle, on its way, and granted at the next edge or when its bank is free again.
      sample_.add(times, requests * (1 + latency + 1) + busy);
      requests_of_vector += requests;
      words_of_largest = std::max(words_of_largest, std::min<std::uint64_t>(words, config_.sram.line_words));
    }
    if (requests_of_vector == 0) return;
    port = std::max(port, requests_of_vector);
    const BankTime last = bank_time(config_.sram, static_cast<std::uint32_t>(words_of_largest), true);
    sample_.add(transfers, last.last_word + latency);
  }

  std::uint64_t wake_cycles() const { return config_.sram.idle_leakage_share < 1.0 ? config_.sram.wake_cycles : 0; }

  const ChipConfig& config_;
  WriteCycles write_cycles_;
  std::uint64_t read_cycles_ = 0;
  std::vector<Ports> ports_;  ///< by unit
  Delays sample_;
};

}  // namespace

PlayBound play_bound(const Program& program, const ChipConfig& config) { return Bound(config).of(program); }

}  // namespace palimpsest
