#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "models/modules/programmer.hpp"
#include "models/modules/tile_group.hpp"
#include "tests/module/unit_bench.hpp"

namespace palimpsest {

/// In cycles: DAC 16 lines x 8 bits / 32 + 1 = 5, crossbar 2, transfer 1 if there is one, a conversion 1.5, rounded up
/// to 2.
inline TileConfig tile_config(std::uint32_t converters, SensingKind sensing) {
  TileConfig config;
  config.dac.bits = 8;
  config.dac.load_width_bits = 32;
  config.dac.settling_ns = 10.0;
  config.crossbar.read_ns = 20.0;
  config.sensing.kind = sensing;
  config.sensing.transfer_ns = 10.0;
  config.adc.count = converters;
  config.adc.multiplexer_ns = 5.0;
  config.adc.conversion_ns = 10.0;
  config.pulse_ns = 30.0;
  return config;
}

/// For tiles of tile_config(), with one request a vector each way.
inline TileJob tile_job(std::uint32_t vectors) {
  TileJob job;
  job.vectors = vectors;
  job.driven_lines = 16;
  job.sensed_lines = 10;
  job.most_driven_lines = 16;
  job.most_sensed_lines = 10;
  job.reference_lines = 1;
  job.fetches = {{0, 64, 64, false}};
  job.drains = {{4096, 64, 64, false}};
  return job;
}

/// A tile group and its programmer.
struct GroupBench {
  TestServices chip;
  TileGroup group;
  UnitBench<TileGroup, TileJob> bench;
  Programmer programmer{"programmer", 1, chip.services};
  StubSequencer<ProgramJob> program_sequencer;

  GroupBench(std::uint32_t converters, std::vector<TileJob> jobs, std::vector<ProgramJob> program_jobs = {},
             SensingKind sensing = SensingKind::integrator)
      : group("group", tile_config(converters, sensing), test_clock, chip.services),
        bench(group, std::move(jobs)),
        program_sequencer("program_sequencer", std::move(program_jobs)) {
    programmer.groups[0].bind(group.program);
    program_sequencer.socket.bind(programmer.commands);
  }
};

}  // namespace palimpsest
