#pragma once

#include "models/modules/chip_config.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// Three groups. Lines of 4 words of 4 bytes in 2 banks, so that units get in each other's way.
inline ChipConfig small_chip() {
  ChipConfig config;
  config.tile_groups = 3;
  config.sram.banks = 2;
  config.sram.line_words = 4;
  config.tile.dac.load_width_bits = 32;
  config.tile.dac.settling_ns = 10.0;
  config.tile.crossbar.read_ns = 20.0;
  config.tile.sensing.kind = SensingKind::integrator;
  config.tile.sensing.transfer_ns = 10.0;
  config.tile.adc.count = 4;
  config.tile.adc.conversion_ns = 20.0;
  config.tile.pulse_ns = 30.0;
  return config;
}

/// Four vectors of a line each way. In cycles: DAC 2 + 1, crossbar 2, transfer 1, ADC 2 x 2.
inline TileJob tile_job(std::uint64_t in, std::uint64_t out) {
  TileJob job;
  job.vectors = 4;
  job.driven_lines = 8;
  job.sensed_lines = 8;
  job.reference_lines = 1;
  job.most_driven_lines = 8;
  job.most_sensed_lines = 8;
  job.fetches = {{in, 16, 16, true}};
  job.drains = {{out, 16, 16, true}};
  return job;
}

}  // namespace palimpsest
