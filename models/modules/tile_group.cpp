#include "models/modules/tile_group.hpp"

namespace palimpsest {

TileGroup::TileGroup(const sc_core::sc_module_name& name, const TileConfig& config, const Clock& clock,
                     const UnitServices& services)
    : StreamingUnit(name, services),
      dac("dac", config, clock, services),
      crossbar("crossbar", *sensing_of(config), clock, services),
      adc("adc", config.adc, clock, services),
      lanes("lanes", adc, config.adc, clock, services),
      time_(services.time),
      write_cycles_(config, clock) {
  program.register_nb_transport_fw(this, &TileGroup::play_rounds);
  fetch.result_there = [this] { lanes.take_adapters_result(); };
  fetch.out.bind(dac.in);
  dac.out.bind(crossbar.in);
  const std::unique_ptr<const Sensing> sensing = sensing_of(config);
  if (sensing->transfer_ns() > 0.0) {
    transfer = std::make_unique<TransferStage>("transfer", *sensing, clock, services);
    crossbar.out.bind(transfer->in);
    transfer->out.bind(adc.in);
  } else {
    crossbar.out.bind(adc.in);
  }
  adc.out.bind(lanes.in);
  lanes.out.bind(drain.in);
}

tlm::tlm_sync_enum TileGroup::play_rounds(WriteRounds& rounds, tlm::tlm_phase& /*phase*/, sc_core::sc_time& delay) {
  delay += time_.span(write_cycles_.of(rounds));
  return tlm::TLM_COMPLETED;
}

}  // namespace palimpsest
