#include "sim/run/nonidealities.hpp"

namespace palimpsest {

namespace {

// Beyond the precision of float, in which codes are held, bits gain nothing.
constexpr int fine_bits = 22;
constexpr double wide_margin = 2.0;
constexpr double no_saturation_volt = 1e6;

void take_writing(Architecture& ideal, const Architecture& real) {
  ideal.write_verify = real.write_verify;
  ideal.resistive_memory.cell.access_transistor_ohm = real.resistive_memory.cell.access_transistor_ohm;
}

void take_faults(Architecture& ideal, const Architecture& real) {
  ideal.resistive_memory.faults = real.resistive_memory.faults;
}

void take_ageing(Architecture& ideal, const Architecture& real) {
  ideal.resistive_memory.cell.retention = real.resistive_memory.cell.retention;
}

void take_read_noise(Architecture& ideal, const Architecture& real) {
  ideal.resistive_memory.cell.read_noise = real.resistive_memory.cell.read_noise;
}

void take_nonlinearity(Architecture& ideal, const Architecture& real) {
  ideal.resistive_memory.cell.nonlinearity_volt = real.resistive_memory.cell.nonlinearity_volt;
}

void take_wires(Architecture& ideal, const Architecture& real) { ideal.tile.ir_drop = real.tile.ir_drop; }

void take_dac_resolution(Architecture& ideal, const Architecture& real) {
  ideal.tile.dac.bits = real.tile.dac.bits;
  ideal.tile.dac.input_range = real.tile.dac.input_range;
}

void take_dac_errors(Architecture& ideal, const Architecture& real) { ideal.tile.dac.errors = real.tile.dac.errors; }

void take_tia(Architecture& ideal, const Architecture& real) { ideal.tile.tia = real.tile.tia; }

void take_adc_resolution(Architecture& ideal, const Architecture& real) {
  ideal.tile.adc.bits = real.tile.adc.bits;
  ideal.tile.adc.range = real.tile.adc.range;
}

void take_adc_errors(Architecture& ideal, const Architecture& real) { ideal.tile.adc.errors = real.tile.adc.errors; }

void take_ranges(Architecture& ideal, const Architecture& real) { ideal.calibration_margin = real.calibration_margin; }

void take_storage(Architecture& ideal, const Architecture& real) {
  ideal.sram.activation_bits = real.sram.activation_bits;
}

void take_lora_unit(Architecture& ideal, const Architecture& real) { ideal.lora_unit.bits = real.lora_unit.bits; }

}  // namespace

const std::vector<Nonideality>& nonidealities() {
  static const std::vector<Nonideality> all{
      {"writing", "write-verify's tolerance and read noise", take_writing},
      {"faults", "stuck cells", take_faults},
      {"ageing", "relaxation, retention and read disturb", take_ageing},
      {"read_noise", "noise of the cells' conductances", take_read_noise},
      {"nonlinearity", "current not linear in the voltage", take_nonlinearity},
      {"wires", "voltage drop along the array's wires", take_wires},
      {"dac_resolution", "bits and range of the DACs", take_dac_resolution},
      {"dac_errors", "offset, gain, INL and noise of the DACs", take_dac_errors},
      {"tia", "saturation, noise and settling of the TIAs", take_tia},
      {"adc_resolution", "bits and range of the ADCs", take_adc_resolution},
      {"adc_errors", "offset, gain, INL and noise of the ADCs", take_adc_errors},
      {"ranges", "calibrated ranges that cut what is beyond them", take_ranges},
      {"storage", "bits of values in the SRAM buffer", take_storage},
      {"lora_unit", "bits of the LoRA unit", take_lora_unit},
  };
  return all;
}

Architecture without_nonidealities(const Architecture& architecture) {
  Architecture ideal = architecture;
  ideal.write_verify.method = WriteMethod::exact;
  CellConfig& cell = ideal.resistive_memory.cell;
  cell.access_transistor_ohm = 0.0;
  cell.retention = {};
  cell.read_noise = 0.0;
  cell.nonlinearity_volt.reset();
  ideal.resistive_memory.faults = {};
  ideal.tile.ir_drop = IrDropModel::off;
  ideal.tile.dac.bits = fine_bits;
  ideal.tile.dac.input_range.reset();
  ideal.tile.dac.errors = {};
  ideal.tile.tia.saturation_volt = no_saturation_volt;
  ideal.tile.tia.noise_volt = 0.0;
  ideal.tile.tia.bandwidth_hz.reset();
  ideal.tile.adc.bits = fine_bits;
  ideal.tile.adc.range = AdcRange::per_tile;
  ideal.tile.adc.errors = {};
  ideal.calibration_margin = wide_margin;
  ideal.sram.activation_bits = fine_bits;
  ideal.lora_unit.bits = fine_bits;
  return ideal;
}

}  // namespace palimpsest
