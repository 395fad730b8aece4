#include "models/modules/tile.hpp"

namespace palimpsest {

Tile::Tile(const sc_core::sc_module_name& name, const TileConfig& config, const Clock& clock,
           const UnitServices& services)
    : StreamingUnit(name, services),
      dac("dac", config.dac, config.mapping.inputs, clock, services),
      crossbar("crossbar", config.crossbar, clock, services),
      tia("tia", config.tia, clock, services),
      adc("adc", config.adc, clock, services),
      time_(services.time),
      adc_config_(config.adc),
      clock_(clock),
      pulse_cycles_(clock.cycles_for_ns(config.pulse_ns)),
      analogue_read_cycles_(clock.cycles_for_ns(config.dac.settling_ns) + clock.cycles_for_ns(config.crossbar.read_ns) +
                            tia_cycles(config.tia, clock)) {
  program.register_nb_transport_fw(this, &Tile::play_round);
  fetch.out.bind(dac.in);
  dac.out.bind(crossbar.in);
  crossbar.out.bind(tia.in);
  tia.out.bind(adc.in);
  adc.out.bind(drain.in);
}

tlm::tlm_sync_enum Tile::play_round(WriteRound& round, tlm::tlm_phase& /*phase*/, sc_core::sc_time& delay) {
  delay += time_.span(round_cycles(round));
  return tlm::TLM_COMPLETED;
}

std::uint64_t Tile::round_cycles(const WriteRound& round) const {
  std::uint64_t cycles = 0;
  if (round.set_pulses > 0) cycles += pulse_cycles_;
  if (round.reset_pulses > 0) cycles += pulse_cycles_;
  if (round.verify_reads > 0) cycles += analogue_read_cycles_ + adc_cycles(adc_config_, round.verify_reads, clock_);
  return cycles;
}

}  // namespace palimpsest
