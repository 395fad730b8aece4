#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/protocol/jobs.hpp"
#include "tests/module/stubs.hpp"

namespace palimpsest {

using Cycles = std::vector<std::uint64_t>;

/// A unit between a stub sequencer and two stub memories: reads take 4 cycles, writes 3.
template <class Unit, class JobType>
struct UnitBench {
  StubMemory fetch_memory;
  StubMemory drain_memory;
  StubSequencer<JobType> sequencer;

  UnitBench(Unit& unit, std::vector<JobType> jobs)
      : fetch_memory(of(unit, "fetch_memory").c_str(), 4),
        drain_memory(of(unit, "drain_memory").c_str(), 3),
        sequencer(of(unit, "sequencer").c_str(), std::move(jobs)) {
    unit.fetch.port.socket.bind(fetch_memory.socket);
    unit.drain.port.socket.bind(drain_memory.socket);
    sequencer.socket.bind(unit.commands);
  }

 private:
  static std::string of(const Unit& unit, const char* name) { return unit.name() + ("_" + std::string(name)); }
};

}  // namespace palimpsest
