#pragma once

#include <memory>

#include "models/modules/adc_bank.hpp"
#include "models/modules/chip_config.hpp"
#include "models/modules/crossbar_array.hpp"
#include "models/modules/dac_bank.hpp"
#include "models/modules/group_fetch.hpp"
#include "models/modules/lane_bank.hpp"
#include "models/modules/streaming_unit.hpp"
#include "models/modules/transfer_stage.hpp"
#include "models/physics/write_cycles.hpp"
#include "models/protocol/round_protocol.hpp"

namespace palimpsest {

/// Crossbars that work in step, with their amplifiers, converters and lanes: fetch, DAC banks, crossbars, transfer (if
/// the sensing has one), ADC banks, lanes, drain. Each stage stands for that of all tiles. The programmer plays the
/// rounds of write-verify on one of the arrays through `program`; the program keeps the two from meeting.
class TileGroup : public StreamingUnit<TileJob, GroupFetch> {
 public:
  RoundTarget<TileGroup> program{"program"};
  DacBank dac;
  CrossbarArray crossbar;
  std::unique_ptr<TransferStage> transfer;
  AdcBank adc;
  LaneBank lanes;

  TileGroup(const sc_core::sc_module_name& name, const TileConfig& config, const Clock& clock,
            const UnitServices& services);

 private:
  tlm::tlm_sync_enum play_rounds(WriteRounds& rounds, tlm::tlm_phase& phase, sc_core::sc_time& delay);

  CycleTime time_;
  WriteCycles write_cycles_;
};

}  // namespace palimpsest
