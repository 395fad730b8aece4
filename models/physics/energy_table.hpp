#pragma once

#include <cstdint>
#include <vector>

namespace palimpsest {

/// Energy per action, power that flows all the time and delays of the blocks, all of one technology node. Each number's
/// source is in the energy table's file.
struct EnergyTable {
  /// An SRAM bank of one size; sizes between two of the table are interpolated on logarithmic axes.
  struct SramBank {
    double kib = 0.0;
    double read_joule = 0.0;   ///< one 32-bit word
    double write_joule = 0.0;  ///< one 32-bit word
    double access_seconds = 0.0;
  };
  /// ADC energy: a fixed figure per conversion, or (when it is 0) the survey fit of arXiv 2404.06553 for the node.
  double adc_conversion_joule = 0.0;
  double node_nm = 180.0;

  double dac_buffer_joule = 0.0;          ///< of one update, whatever the bits
  double dac_step_joule = 0.0;            ///< of one update, per level of the converter (2^bits)
  double word_line_farad_per_cell = 0.0;  ///< gate and wire
  double tia_power_watt = 0.0;            ///< of one sensed line's amplifier while it reads, if it has
  double tia_bandwidth_hz = 1e7;          ///< this closed-loop bandwidth
  double tia_noise_nanovolt = 5.0;        ///< and this input noise, per root hertz
  double zero_check_joule = 0.0;          ///< one code compared with zero
  double dac_static_watt = 0.0;           ///< of one row's converter, all the time
  double adc_static_watt = 0.0;           ///< of one converter, all the time
  double tia_static_watt = 0.0;           ///< of one column's amplifier, all the time
  double shift_add_joule = 0.0;           ///< of one conversion, to a sum over passes and slices
  double write_driver_farad = 0.0;  ///< charged to the programming supply for each pulse, besides the cell's current
  double mac_8bit_joule = 0.0;
  double mac_16bit_joule = 0.0;
  double mac_seconds = 0.0;           ///< delay of a processing element's step
  double mac_static_watt = 0.0;       ///< of one processing element, all the time
  double register_bit_joule = 0.0;    ///< one bit written into the LoRA unit's registers, or read from them
  double register_static_watt = 0.0;  ///< of one bit of them, all the time
  double vector_add_joule = 0.0;      ///< elementary operations of the vector unit, 16 bits
  double vector_mac_joule = 0.0;
  double vector_lookup_joule = 0.0;
  double vector_move_joule = 0.0;
  double vector_seconds = 0.0;         ///< delay of a lane's step
  double lane_static_watt = 0.0;       ///< of one lane, of a tile or of the vector unit, all the time
  double wire_joule_per_bit_mm = 0.0;  ///< per rising edge
  double wire_activity = 0.0;          ///< rising edges per bit moved
  double wire_seconds_per_mm = 0.0;
  double interconnect_mm = 0.0;  ///< mean distance between a port and a bank
  double tile_pitch_mm = 0.0;    ///< between the centres of neighbouring tiles
  double host_word_joule = 0.0;  ///< 32 bits
  double host_word_seconds = 0.0;
  double sram_bit_leakage_watt = 0.0;
  std::vector<SramBank> sram_banks;
};

}  // namespace palimpsest
