#pragma once

#include <cstddef>
#include <cstdint>
#include <systemc>

#include "models/modules/busy_time.hpp"
#include "models/modules/unit_services.hpp"
#include "models/protocol/command_protocol.hpp"
#include "models/protocol/round_protocol.hpp"

namespace palimpsest {

/// Writes resistive cells: plays the rounds of a write-verify job on the group of the job's tile, which knows how long
/// they take one after the other. One job, and so one tile, at a time.
class Programmer : public sc_core::sc_module {
 public:
  CommandTarget<Programmer, ProgramJob> commands{"commands"};
  sc_core::sc_vector<RoundInitiator<Programmer>> groups;

  Programmer(const sc_core::sc_module_name& name, std::uint32_t group_count, const UnitServices& services);

  std::uint64_t busy_cycles() const { return busy_.cycles(); }
  void reset_statistics() { busy_.reset(); }

 private:
  SC_HAS_PROCESS(Programmer);
  tlm::tlm_sync_enum take(Command<ProgramJob>& command, tlm::tlm_phase& phase, sc_core::sc_time& delay);
  void finish();

  CycleTime time_;
  ActionCounts& counts_;
  sc_core::sc_event end_{"end"};
  Command<ProgramJob>* current_ = nullptr;
  BusyTime busy_;
};

}  // namespace palimpsest
