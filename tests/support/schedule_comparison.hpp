#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "models/modules/chip.hpp"
#include "tests/support/schedule.hpp"

namespace palimpsest::schedule {

inline void check_same_counts(const ActionCounts& events, const ActionCounts& stepped) {
  CHECK(events.dac_updates == stepped.dac_updates);
  CHECK(events.spike_updates == stepped.spike_updates);
  CHECK(events.word_line_switches == stepped.word_line_switches);
  CHECK(events.tia_samples == stepped.tia_samples);
  CHECK(events.adc_conversions == stepped.adc_conversions);
  CHECK(events.shift_adds == stepped.shift_adds);
  CHECK(events.sram_read_words == stepped.sram_read_words);
  CHECK(events.sram_write_words == stepped.sram_write_words);
  CHECK(events.sram_busy_cycles == stepped.sram_busy_cycles);
  CHECK(events.interconnect_words == stepped.interconnect_words);
  CHECK(events.group_wire_bits == stepped.group_wire_bits);
  CHECK(events.lora_macs == stepped.lora_macs);
  CHECK(events.lora_register_bits == stepped.lora_register_bits);
  CHECK(events.zero_checks == stepped.zero_checks);
  CHECK(events.vector_adds == stepped.vector_adds);
  CHECK(events.vector_macs == stepped.vector_macs);
  CHECK(events.vector_lookups == stepped.vector_lookups);
  CHECK(events.vector_moves == stepped.vector_moves);
  CHECK(events.host_words == stepped.host_words);
  CHECK(events.off_chip_loaded_words == stepped.off_chip_loaded_words);
  CHECK(events.off_chip_stored_words == stepped.off_chip_stored_words);
  CHECK(events.rm_cells == stepped.rm_cells);
  CHECK(events.rm_set_pulses == stepped.rm_set_pulses);
  CHECK(events.rm_reset_pulses == stepped.rm_reset_pulses);
  CHECK(events.rm_verify_reads == stepped.rm_verify_reads);
  CHECK(events.rm_forming_pulses == stepped.rm_forming_pulses);
  CHECK(events.rm_write_word_lines == stepped.rm_write_word_lines);
  CHECK(events.rm_verify_word_lines == stepped.rm_verify_word_lines);
  static_assert(sizeof(ActionCounts) == 28 * sizeof(std::uint64_t), "a count that is not compared");
}

/// Checks that `chip` plays `program` as the clock-stepped schedule does, and within its bound. Returns the play.
inline PlayResult check_as_scheduled(Chip& chip, const Program& program) {
  const PlayResult events = chip.play(program);
  const ScheduleResult stepped = play_clock_stepped(chip.config(), program);
  CHECK(events.cycles == stepped.cycles);
  CHECK(events.memory_wait_cycles == stepped.memory_wait_cycles);
  std::vector<std::uint64_t> busy_cycles = events.busy.groups;
  for (const std::uint64_t cycles : {events.busy.lora_unit, events.busy.vector_unit, events.busy.host_port,
                                     events.busy.off_chip, events.busy.programmer}) {
    busy_cycles.push_back(cycles);
  }
  CHECK(busy_cycles == stepped.busy_cycles);
  check_same_counts(events.counts, stepped.counts);
  const PlayBound bound = play_bound(program, chip.config());
  CHECK(events.cycles <= bound.cycles);
  CHECK(events.memory_wait_cycles <= bound.memory_wait_cycles);
  return events;
}

}  // namespace palimpsest::schedule
