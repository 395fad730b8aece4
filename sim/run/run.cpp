#include "sim/run/run.hpp"

#include <optional>
#include <utility>

#include "sim/mapping/tile_map.hpp"
#include "sim/run/chip_life.hpp"
#include "sim/run/gpu_life.hpp"
#include "sim/run/in_place_writes.hpp"
#include "sim/run/index_grids.hpp"
#include "sim/run/memory_check.hpp"
#include "sim/run/reference_check.hpp"
#include "sim/run/run_plan.hpp"
#include "sim/run/simulated_time.hpp"
#include "sim/run/tiles_of_chip.hpp"

namespace palimpsest {

RunReport run(const Architecture& architecture, const Trace& trace, const RunOptions& options) {
  const RunSelection& selection = options.selection;
  check_phases(selection, trace);
  const std::uint32_t tiles = tiles_of_chip(architecture, trace);
  check_index_grids(architecture, trace.network);
  check_memory(needed_memory_bytes(architecture, trace, {selection.rm_rewrite ? 2U : 1U, true, options.threads}),
               available_memory_bytes());
  const TileMap map = map_to_tiles(trace.network, architecture);
  const ProgramContext context{architecture, trace.network, map};
  const RunPlan plan = plan_run(context, trace, selection);
  const std::size_t lived = lived_phases(selection, trace);
  if (selection.rm_rewrite) check_in_place_writes(architecture, trace, lived);
  // Tiles without weights have nothing to do and are not built.
  const ChipConfig chip_config{architecture.clock,        static_cast<std::uint32_t>(map.groups.size()),
                               architecture.tile,         architecture.sram,
                               architecture.interconnect, architecture.host_port,
                               architecture.off_chip};
  Chip chip("chip", chip_config, options.chip);
  check_simulated_time(context, trace, selection, chip);

  RunReport report;
  report.architecture = architecture.name;
  report.energy_table = architecture.energy_name;
  report.resistive_memory = architecture.resistive_memory.name;
  report.retention = architecture.resistive_memory.retention_name;
  report.gpu = architecture.gpu.name;
  report.trace = trace.name;
  report.task = trace.task;
  report.seed = options.seed;
  report.age_seconds = options.age_seconds;
  report.clock_period_ps = architecture.clock.period_ps;
  report.tiles = tiles;
  report.selection = selection;

  // Before what takes time: it refuses a GPU whose cycles cannot be counted.
  for (const Phase& phase : trace.phases) {
    if (!selects(selection, phase)) continue;
    PhaseReport phase_report;
    phase_report.name = phase.name;
    if (selection.gpu) {
      phase_report.gpu = gpu_phase(architecture.gpu, trace, phase);
      phase_report.gpu_inference_at_peak_joule = gpu_inference_at_peak_joule(architecture.gpu, trace, phase);
    }
    report.phases.push_back(std::move(phase_report));
  }
  ProgressMeter meter(options.progress, plan.total());
  {
    meter.begin("references");
    ProgressMeter::Piece piece(meter, plan.references);
    check_references(trace, selection, [&piece](double share) { piece.at(share); });
    record_float(trace, selection, options.record);
  }

  const auto life = [&](UpdateMethod method) {
    return ChipLife(architecture, trace, map, chip, method, options.seed, options.age_seconds, options.threads, meter,
                    &options.record);
  };
  ChipLife hybrid = life(UpdateMethod::adapters);
  hybrid.replace_adapters(options.adapters);
  std::optional<ChipLife> rewrite;
  if (selection.rm_rewrite) rewrite.emplace(life(UpdateMethod::rm_rewrite));
  std::size_t reported = 0;
  for (std::size_t number = 0; number < lived; ++number) {
    const Phase& phase = trace.phases[number];
    const RunStages played = played_stages(selection, phase);
    meter.begin(phase.name + ", hybrid");
    PhaseFigures of_hybrid = hybrid.next_phase(played, plan.hybrid[number]);
    PhaseFigures of_rewrite;
    if (rewrite) {
      meter.begin(phase.name + ", RM rewrite");
      of_rewrite = rewrite->next_phase(played, plan.rm_rewrite[number]);
    }
    if (!selects(selection, phase)) continue;
    PhaseReport& phase_report = report.phases[reported++];
    phase_report.hybrid = std::move(of_hybrid);
    phase_report.rm_rewrite = std::move(of_rewrite);
  }
  return report;
}

}  // namespace palimpsest
