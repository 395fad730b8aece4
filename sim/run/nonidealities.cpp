#include "sim/run/nonidealities.hpp"

#include <algorithm>
#include <cmath>

namespace palimpsest {

namespace {

constexpr double no_saturation_volt = 1e6;

/// Codes with so many fractional bits that rounding is not seen in single precision, and so much headroom that nothing
/// is cut: `headroom_bits` for a range at the largest magnitude on the calibration inputs, more below it.
GridRefinement fine(int bits, int headroom_bits, double margin) {
  constexpr int all_bits = 30;
  const int headroom = std::max(headroom_bits - static_cast<int>(std::floor(std::log2(margin))), 0);
  return {all_bits - headroom - bits, headroom};
}

constexpr int calibrated_headroom_bits = 4;
// A fixed range may lie anywhere.
constexpr int fixed_headroom_bits = 8;
// A negative bit-serial number has ones in all of its headroom, and the noise of those passes counts with their
// weights.
constexpr int bit_serial_headroom_bits = 1;

GridRefinement fine_inputs(const Architecture& architecture) {
  const DacConfig& dac = architecture.tile.dac;
  if (architecture.tile.mapping.inputs == InputEncoding::bit_serial)
    return fine(dac.bits, bit_serial_headroom_bits, dac.input_range ? 1.0 : architecture.calibration_margin);
  if (dac.input_range) return fine(dac.bits, fixed_headroom_bits, 1.0);
  return fine(dac.bits, calibrated_headroom_bits, architecture.calibration_margin);
}

GridRefinement fine_outputs(const Architecture& architecture) {
  const AdcConfig& adc = architecture.tile.adc;
  if (adc.range == AdcRange::fixed) return fine(adc.bits, fixed_headroom_bits, 1.0);
  return fine(adc.bits, calibrated_headroom_bits, architecture.calibration_margin);
}

void take_writing(Architecture& ideal, const Architecture& real) { ideal.write_verify = real.write_verify; }

void take_faults(Architecture& ideal, const Architecture& real) {
  ideal.resistive_memory.faults = real.resistive_memory.faults;
}

void take_ageing(Architecture& ideal, const Architecture& real) {
  ideal.resistive_memory.cell.retention = real.resistive_memory.cell.retention;
}

void take_read_noise(Architecture& ideal, const Architecture& real) {
  ideal.tile.crossbar.noisy_cells = real.tile.crossbar.noisy_cells;
}

void take_nonlinearity(Architecture& ideal, const Architecture& real) {
  ideal.resistive_memory.cell.nonlinearity_volt = real.resistive_memory.cell.nonlinearity_volt;
}

void take_wires(Architecture& ideal, const Architecture& real) { ideal.tile.ir_drop = real.tile.ir_drop; }

void take_dac_resolution(Architecture& ideal, const Architecture& real) {
  ideal.tile.dac.refinement.fraction_bits = real.tile.dac.refinement.fraction_bits;
}

void take_dac_errors(Architecture& ideal, const Architecture& real) { ideal.tile.dac.errors = real.tile.dac.errors; }

void take_tia(Architecture& ideal, const Architecture& real) { ideal.tile.tia = real.tile.tia; }

void take_adc_resolution(Architecture& ideal, const Architecture& real) {
  ideal.tile.adc.refinement.fraction_bits = real.tile.adc.refinement.fraction_bits;
}

void take_adc_errors(Architecture& ideal, const Architecture& real) {
  ideal.tile.adc.errors = real.tile.adc.errors;
  ideal.tile.adc.noise_volt = real.tile.adc.noise_volt;
}

void take_ranges(Architecture& ideal, const Architecture& real) {
  ideal.tile.dac.refinement.headroom_bits = real.tile.dac.refinement.headroom_bits;
  ideal.tile.adc.refinement.headroom_bits = real.tile.adc.refinement.headroom_bits;
  ideal.sram.refinement.headroom_bits = real.sram.refinement.headroom_bits;
  ideal.lora_unit.refinement.headroom_bits = real.lora_unit.refinement.headroom_bits;
}

void take_storage(Architecture& ideal, const Architecture& real) {
  ideal.sram.refinement.fraction_bits = real.sram.refinement.fraction_bits;
}

void take_lora_unit(Architecture& ideal, const Architecture& real) {
  ideal.lora_unit.refinement.fraction_bits = real.lora_unit.refinement.fraction_bits;
}

}  // namespace

const std::vector<Nonideality>& nonidealities() {
  static const std::vector<Nonideality> all{
      {"writing", "write-verify's tolerance and the noise of its reads", take_writing},
      {"faults", "stuck cells", take_faults},
      {"ageing", "relaxation, retention and read disturb", take_ageing},
      {"read_noise", "noise of the cells' conductances during products", take_read_noise},
      {"nonlinearity", "current not linear in the voltage", take_nonlinearity},
      {"wires", "voltage drop along the array's wires", take_wires},
      {"dac_resolution", "rounding to the DACs' codes", take_dac_resolution},
      {"dac_errors", "offset, gain, INL and noise of the DACs", take_dac_errors},
      {"tia", "saturation and noise of the TIAs", take_tia},
      {"adc_resolution", "rounding to the ADCs' codes", take_adc_resolution},
      {"adc_errors", "offset, gain, INL and noise of the ADCs", take_adc_errors},
      {"ranges", "ranges of converters, storage and LoRA unit, which cut what is beyond them", take_ranges},
      {"storage", "rounding of values in the SRAM buffer", take_storage},
      {"lora_unit", "rounding in the LoRA unit", take_lora_unit},
  };
  return all;
}

Architecture without_nonidealities(const Architecture& architecture) {
  Architecture ideal = architecture;
  ideal.write_verify.method = WriteMethod::exact;
  CellConfig& cell = ideal.resistive_memory.cell;
  cell.retention = {};
  ideal.tile.crossbar.noisy_cells = false;
  cell.nonlinearity_volt.reset();
  ideal.resistive_memory.faults = {};
  ideal.tile.ir_drop = IrDropModel::off;
  ideal.tile.dac.refinement = fine_inputs(architecture);
  ideal.tile.dac.errors = {};
  ideal.tile.tia.saturation_volt = no_saturation_volt;
  ideal.tile.tia.noise_volt = 0.0;
  ideal.tile.adc.refinement = fine_outputs(architecture);
  ideal.tile.adc.errors = {};
  ideal.tile.adc.noise_volt = 0.0;
  ideal.sram.refinement = fine(ideal.sram.activation_bits, calibrated_headroom_bits, architecture.calibration_margin);
  ideal.lora_unit.refinement = fine(ideal.lora_unit.bits, calibrated_headroom_bits, architecture.calibration_margin);
  return ideal;
}

}  // namespace palimpsest
