#pragma once

#include <cstdint>

namespace palimpsest {

/// What the hardware did, counted where it happens. Multiplied with the energy table it gives the energy.
struct ActionCounts {
  std::uint64_t dac_updates = 0;         ///< one code put on one driven line
  std::uint64_t spike_updates = 0;       ///< one spike put on one line
  std::uint64_t zero_checks = 0;         ///< one code compared with zero, to gate its line
  std::uint64_t word_line_switches = 0;  ///< one line of access transistors opened and closed
  std::uint64_t tia_samples = 0;         ///< one sensed line amplified and held, the reference line included
  std::uint64_t adc_conversions = 0;
  std::uint64_t shift_adds = 0;  ///< one conversion shifted and added to a sum over passes and slices
  std::uint64_t sram_read_words = 0;
  std::uint64_t sram_write_words = 0;
  std::uint64_t sram_busy_cycles = 0;    ///< cycles in which a bank served, summed over the banks
  std::uint64_t interconnect_words = 0;  ///< one word between units, or a unit and the SRAM buffer
  std::uint64_t group_wire_bits = 0;     ///< one bit moved by a tile pitch, between the tiles of a group
  std::uint64_t lora_macs = 0;           ///< multiply-accumulates of the LoRA unit
  std::uint64_t lora_register_bits = 0;  ///< one bit written into the LoRA unit's registers
  std::uint64_t vector_adds = 0;         ///< elementary operations of the vector unit, by kind
  std::uint64_t vector_macs = 0;
  std::uint64_t vector_lookups = 0;
  std::uint64_t vector_moves = 0;
  std::uint64_t host_words = 0;             ///< one word across the chip's edge
  std::uint64_t off_chip_loaded_words = 0;  ///< 32 bits from the off-chip memory into the SRAM buffer
  std::uint64_t off_chip_stored_words = 0;  ///< and out of it
  std::uint64_t rm_cells = 0;               ///< resistive cells addressed for writing
  std::uint64_t rm_set_pulses = 0;
  std::uint64_t rm_reset_pulses = 0;
  std::uint64_t rm_verify_reads = 0;
  std::uint64_t rm_forming_pulses = 0;
  std::uint64_t rm_write_word_lines = 0;   ///< opened and closed for the pulses of one phase of a group of cells
  std::uint64_t rm_verify_word_lines = 0;  ///< the same for a verify read of the group
};

}  // namespace palimpsest
