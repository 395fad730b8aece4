#include "sim/run/priced_work.hpp"

#include <utility>
#include <vector>

#include "sim/run/chip_work.hpp"

namespace palimpsest {

StageFigures priced_work(const Architecture& architecture, std::uint32_t tiles, const ChipWork& work, int mac_bits) {
  StageFigures stage;
  stage.cycles = work.cycles;
  stage.memory_wait_cycles = work.memory_wait_cycles;
  stage.seconds = architecture.clock.seconds(work.cycles);
  const ComponentEnergy energy = component_energy(architecture.energy, energy_parameters(architecture, tiles, mac_bits),
                                                  work.counts, work.analogue, stage.seconds);
  std::vector<NamedEnergy> components;
  for (std::size_t index = 0; index < component_count; ++index) {
    components.push_back({component_descriptions()[index].name, energy[index]});
  }
  set_energy(stage, std::move(components));
  stage.conversions = {work.counts.dac_updates, work.counts.spike_updates, work.counts.adc_conversions,
                       work.counts.shift_adds};
  stage.dissipated = work.dissipated;
  stage.writes = {work.counts.rm_cells,        work.counts.rm_forming_pulses, work.counts.rm_set_pulses,
                  work.counts.rm_reset_pulses, work.counts.rm_verify_reads,   work.failed_cells,
                  work.clipped_weights,        work.counts.sram_write_words};
  stage.sram = {work.counts.sram_read_words, work.counts.sram_write_words};
  stage.off_chip = {work.counts.off_chip_loaded_words, work.counts.off_chip_stored_words};
  return stage;
}

}  // namespace palimpsest
