#include "models/modules/programmer.hpp"

#include <cassert>

namespace palimpsest {

Programmer::Programmer(const sc_core::sc_module_name& name, std::uint32_t group_count, const UnitServices& services)
    : sc_module(name), groups("group", group_count), time_(services.time), counts_(services.counts) {
  commands.register_nb_transport_fw(this, &Programmer::take);
  SC_METHOD(play_next_round);
  sensitive << round_end_;
  dont_initialize();
}

tlm::tlm_sync_enum Programmer::take(Command<ProgramJob>& command, tlm::tlm_phase& /*phase*/,
                                    sc_core::sc_time& /*delay*/) {
  assert(current_ == nullptr);
  busy_.job_taken(time_.now());
  for (const WriteGroup& group : command.job->groups) counts_.rm_cells += group.cells;
  current_ = &command;
  group_ = 0;
  round_ = 0;
  round_end_.notify(sc_core::SC_ZERO_TIME);
  return tlm::TLM_ACCEPTED;
}

void Programmer::play_next_round() {
  const auto& write_groups = current_->job->groups;
  while (group_ < write_groups.size() && round_ == write_groups[group_].rounds.size()) {
    ++group_;
    round_ = 0;
  }
  if (group_ < write_groups.size()) {
    play(write_groups[group_].rounds[round_++]);
  } else {
    finish();
  }
}

void Programmer::play(WriteRound round) {
  counts_.rm_set_pulses += round.set_pulses;
  counts_.rm_reset_pulses += round.reset_pulses;
  counts_.rm_verify_reads += round.verify_reads;
  counts_.rm_forming_pulses += round.forming_pulses;
  counts_.rm_write_word_lines += round.pulse_phases();
  counts_.rm_verify_word_lines += round.verify_reads > 0 ? 1 : 0;
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time duration;
  groups[current_->job->tile_group]->nb_transport_fw(round, phase, duration);
  round_end_.notify(duration);
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
