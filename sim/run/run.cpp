#include "sim/run/run.hpp"

#include <algorithm>

#include "sim/mapping/tile_map.hpp"
#include "sim/run/chip_life.hpp"
#include "sim/run/gpu_life.hpp"
#include "sim/run/in_place_writes.hpp"
#include "sim/run/reference_check.hpp"
#include "sim/run/sram_check.hpp"
#include "sim/run/tiles_of_chip.hpp"

namespace palimpsest {

RunReport run(const Architecture& architecture, const Trace& trace, const RunOptions& options) {
  const std::uint32_t tiles = tiles_of_chip(architecture, trace);
  const TileMap map = map_to_tiles(trace.network, architecture.tile);
  check_sram({architecture, trace.network, map}, trace);
  check_in_place_writes(architecture, trace);
  check_references(trace);
  // Tiles without weights have nothing to do and are not built.
  const ChipConfig chip_config{architecture.clock,        static_cast<std::uint32_t>(map.blocks.size()),
                               architecture.tile,         architecture.sram,
                               architecture.interconnect, architecture.host_port};
  Chip chip("chip", chip_config, options.chip);

  RunReport report;
  report.architecture = architecture.name;
  report.energy_table = architecture.energy_name;
  report.resistive_memory = architecture.resistive_memory.name;
  report.retention = architecture.resistive_memory.retention_name;
  report.gpu = architecture.gpu.name;
  report.trace = trace.name;
  report.seed = options.seed;
  report.age_seconds = options.age_seconds;
  report.clock_period_ps = architecture.clock.period_ps;
  report.tiles = tiles;

  ChipLife hybrid(architecture, trace, map, chip, UpdateMethod::adapters, options.seed, options.age_seconds,
                  options.threads);
  ChipLife rewrite(architecture, trace, map, chip, UpdateMethod::rm_rewrite, options.seed, options.age_seconds,
                   options.threads);
  const double parts = 2.0 * static_cast<double>(trace.phases.size());
  double done = 0.0;
  const auto announce = [&](const std::string& part) {
    if (options.progress) options.progress(part, done / parts);
    done += 1.0;
  };
  for (const Phase& phase : trace.phases) {
    PhaseReport phase_report;
    phase_report.name = phase.name;
    announce(phase.name + ", hybrid");
    phase_report.hybrid = hybrid.next_phase();
    announce(phase.name + ", RM rewrite");
    phase_report.rm_rewrite = rewrite.next_phase();
    phase_report.gpu = gpu_phase(architecture.gpu, trace, phase);
    phase_report.gpu_inference_at_peak_joule = gpu_inference_at_peak_joule(architecture.gpu, trace, phase);
    report.phases.push_back(std::move(phase_report));
  }
  return report;
}

}  // namespace palimpsest
