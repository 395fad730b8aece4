#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <systemc>
#include <vector>

#include "models/modules/chip_config.hpp"
#include "models/modules/host_port.hpp"
#include "models/modules/interconnect.hpp"
#include "models/modules/lora_unit.hpp"
#include "models/modules/off_chip_memory.hpp"
#include "models/modules/play_bound.hpp"
#include "models/modules/programmer.hpp"
#include "models/modules/sequencer.hpp"
#include "models/modules/sram_bank.hpp"
#include "models/modules/tile_group.hpp"
#include "models/modules/vector_unit.hpp"
#include "models/physics/actions.hpp"
#include "models/protocol/jobs.hpp"
#include "models/protocol/payload_pool.hpp"

namespace palimpsest {

struct ChipOptions {
  bool reverse_construction = false;  ///< a test shows that the order in which modules are made changes nothing
};

/// Cycles in which a unit had at least one job.
struct BusyCycles {
  std::vector<std::uint64_t> groups;
  std::uint64_t lora_unit = 0;
  std::uint64_t vector_unit = 0;
  std::uint64_t host_port = 0;
  std::uint64_t off_chip = 0;
  std::uint64_t programmer = 0;
};

struct PlayResult {
  std::uint64_t cycles = 0;
  ActionCounts counts;
  std::uint64_t memory_wait_cycles = 0;  ///< of all requests, beyond the first edge at which a free bank grants
  BusyCycles busy;
};

/// A play that may take longer than simulated time can count.
class PlayTooLong : public std::runtime_error {
 public:
  PlayTooLong(const PlayBound& bound, std::uint64_t left)
      : std::runtime_error("chip: a program of more cycles than simulated time holds"), needed(bound), fits(left) {}
  PlayBound needed;
  std::uint64_t fits;  ///< cycles that are left
};

/// The whole chip, and the one file where modules are wired.
class Chip : public sc_core::sc_module {
 public:
  Chip(const sc_core::sc_module_name& name, const ChipConfig& config, const ChipOptions& options = {});

  /// Plays `program` from cycle 0 to the end and starts the kernel for it; the result does not depend on earlier plays.
  /// `progress`, if any, is called as steps are done.
  /// Throws before anything is played: std::logic_error for a program that is not well formed (a tile group that does
  /// not exist, a dependency on a later step, a job without vectors, adapters that nothing feeds, no sample in flight),
  /// PlayTooLong for one whose bound (play_bound) is beyond cycles_left(). Throws std::logic_error when the play stops
  /// with work left, after which the chip is of no further use.
  PlayResult play(const Program& program, const PlayProgress& progress = {});

  /// Cycles that simulated time still holds. Plays follow each other in it.
  std::uint64_t cycles_left() const { return time_.cycles_left(); }

  const ChipConfig& config() const { return config_; }

 private:
  void construct(const ChipOptions& options);
  void connect();
  void reset();
  PlayResult result() const;

  ChipConfig config_;
  CycleTime time_;
  ActionCounts counts_;
  PayloadPool payloads_;
  UnitServices services_;

  std::unique_ptr<Sequencer> sequencer_;
  std::vector<std::unique_ptr<TileGroup>> groups_;
  std::unique_ptr<LoraUnit> lora_unit_;
  std::unique_ptr<VectorUnit> vector_unit_;
  std::unique_ptr<HostPort> host_port_;
  std::unique_ptr<OffChipMemory> off_chip_;  ///< null: there is none
  std::unique_ptr<Programmer> programmer_;
  std::unique_ptr<Interconnect> interconnect_;
  std::vector<std::unique_ptr<SramBank>> banks_;
};

}  // namespace palimpsest
