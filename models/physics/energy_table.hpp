#pragma once

#include <cstdint>
#include <vector>

namespace palimpsest {

/// Energy per action of one technology node, in joule, and leakage in watt. Each number's source is in the energy
/// table's file.
struct EnergyTable {
  /// Energy of an SRAM bank of one size; other sizes are interpolated on logarithmic axes.
  struct SramBank {
    double kib = 0.0;
    double read_joule = 0.0;   ///< one 32-bit word
    double write_joule = 0.0;  ///< one 32-bit word
    double leakage_watt = 0.0;
  };
  /// ADC energy: a fixed figure per conversion, or (when it is 0) the survey fit of arXiv 2404.06553 for the node.
  double adc_conversion_joule = 0.0;
  double node_nm = 180.0;

  double dac_update_joule = 0.0;
  double word_line_switch_joule = 0.0;
  double tia_sample_joule = 0.0;
  double shift_add_joule = 0.0;     ///< of one conversion, to a sum over passes and slices
  double write_driver_joule = 0.0;  ///< per SET or RESET pulse, besides V^2 G t in the cell
  double mac_8bit_joule = 0.0;
  double mac_16bit_joule = 0.0;
  double vector_operation_joule = 0.0;
  double wire_joule_per_bit_mm = 0.0;
  double interconnect_mm = 0.0;  ///< mean distance between a port and a bank
  double host_word_joule = 0.0;  ///< 32 bits
  std::vector<SramBank> sram_banks;
};

}  // namespace palimpsest
