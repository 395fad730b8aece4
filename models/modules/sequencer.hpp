#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <systemc>
#include <vector>

#include "models/modules/command_link.hpp"
#include "models/modules/cycle_time.hpp"
#include "models/modules/dataflow.hpp"
#include "models/modules/report_inbox.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// Told while a program is played: how many steps of all its samples are done.
using PlayProgress = std::function<void(std::uint64_t finished_steps)>;

/// Plays programs: gives each unit with a free intake the ready step of highest priority. Acts at cycle 0 of a program
/// and one cycle after every report of a unit.
class Sequencer : public sc_core::sc_module {
 public:
  Sequencer(const sc_core::sc_module_name& name, std::uint32_t groups, bool has_off_chip, const CycleTime& time);

  CommandLink<TileJob>& group(std::uint32_t index) { return *groups_[index]; }
  CommandLink<LoraJob>& lora_unit() { return lora_unit_; }
  CommandLink<VectorJob>& vector_unit() { return vector_unit_; }
  CommandLink<HostJob>& host_port() { return host_port_; }
  CommandLink<OffChipJob>& off_chip() { return *off_chip_; }  ///< only where there is one
  CommandLink<ProgramJob>& programmer() { return programmer_; }

  /// Makes this cycle the cycle 0 of `program`, which must outlive its play. Called between two runs of the kernel.
  void start(const Program& program, PlayProgress progress = {});

  bool finished() const { return dataflow_.finished(); }

  /// From cycle 0 of the program to the cycle its last job was done. Throws std::logic_error if the kernel ran out of
  /// events before, because a unit did not answer.
  std::uint64_t cycles() const;

 private:
  SC_HAS_PROCESS(Sequencer);
  void act();
  void read_reports();
  void give(std::uint32_t unit);
  std::uint32_t lora_unit_number() const { return static_cast<std::uint32_t>(groups_.size()); }

  CycleTime time_;
  ReportInbox inbox_;
  std::vector<std::unique_ptr<CommandLink<TileJob>>> groups_;
  CommandLink<LoraJob> lora_unit_;
  CommandLink<VectorJob> vector_unit_;
  CommandLink<HostJob> host_port_;
  std::optional<CommandLink<OffChipJob>> off_chip_;
  CommandLink<ProgramJob> programmer_;
  std::vector<UnitLink*> units_;  ///< by number; null: an off-chip memory that is not there

  const Program* program_ = nullptr;
  PlayProgress progress_;
  Dataflow dataflow_;
  std::vector<bool> intake_free_;
  std::vector<std::uint32_t> woken_;  ///< units that got a free intake or a ready step since the last act
  std::uint64_t start_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace palimpsest
