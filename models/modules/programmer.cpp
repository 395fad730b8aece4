#include "models/modules/programmer.hpp"

#include <cassert>

namespace palimpsest {

Programmer::Programmer(const sc_core::sc_module_name& name, std::uint32_t group_count, const UnitServices& services)
    : sc_module(name), groups("group", group_count), time_(services.time), counts_(services.counts) {
  commands.register_nb_transport_fw(this, &Programmer::take);
  SC_METHOD(finish);
  sensitive << end_;
  dont_initialize();
}

tlm::tlm_sync_enum Programmer::take(Command<ProgramJob>& command, tlm::tlm_phase& /*phase*/,
                                    sc_core::sc_time& /*delay*/) {
  assert(current_ == nullptr);
  busy_.job_taken(time_.now());
  current_ = &command;
  WriteRounds rounds = command.job->rounds;
  counts_.rm_cells += rounds.cells;
  counts_.rm_set_pulses += rounds.set_pulses;
  counts_.rm_reset_pulses += rounds.reset_pulses;
  counts_.rm_verify_reads += rounds.verify_reads();
  counts_.rm_forming_pulses += rounds.forming_pulses;
  counts_.rm_write_word_lines += rounds.pulse_phases();
  counts_.rm_verify_word_lines += rounds.read_phases();
  tlm::tlm_phase phase_of_rounds = tlm::BEGIN_REQ;
  sc_core::sc_time duration;
  groups[command.job->tile_group]->nb_transport_fw(rounds, phase_of_rounds, duration);
  end_.notify(duration);
  return tlm::TLM_ACCEPTED;
}

void Programmer::finish() {
  busy_.job_done(time_.now());
  Command<ProgramJob>& done = *current_;
  current_ = nullptr;
  sc_core::sc_time delay;
  tlm::tlm_phase phase = tlm::END_REQ;
  commands->nb_transport_bw(done, phase, delay);
  phase = tlm::BEGIN_RESP;
  commands->nb_transport_bw(done, phase, delay);
}

}  // namespace palimpsest
