#include "tests/support/every_field.hpp"

namespace palimpsest::test {
namespace {

using nlohmann::json;
using Reading = std::function<json(const Architecture&)>;

#define READ(member) [](const Architecture& chip) -> json { return chip.member; }

template <class Number>
ArchitectureField number(const char* pointer, Number written, Reading read) {
  return {pointer, written, written, std::move(read)};
}

ArchitectureField word(const char* pointer, const char* written, Reading read) {
  return {pointer, written, written, std::move(read)};
}

/// `read` says whether the configuration has what the word `written` names.
ArchitectureField choice(const char* pointer, const char* written, Reading read) {
  return {pointer, written, true, std::move(read)};
}

ArchitectureField truth(const char* pointer, bool written, Reading read) {
  return {pointer, written, written, std::move(read)};
}

ArchitectureField quantity(const char* pointer, double value, const char* unit, double in_configuration, Reading read) {
  const json written = {{"value", value}, {"unit", unit}, {"source", "test"}, {"confidence", "S"}};
  return {pointer, written, value * in_configuration, std::move(read)};
}

EnergyTable::SramBank bank(const Architecture& chip, std::size_t number) {
  return number < chip.energy.sram_banks.size() ? chip.energy.sram_banks[number] : EnergyTable::SramBank{};
}

}  // namespace

const std::vector<ArchitectureField>& every_field() {
  static const std::vector<ArchitectureField> fields{
      word("/name", "a chip", READ(name)),
      number("/clock_period_ps", 20011, READ(clock.period_ps)),
      number("/tile/count", 37, READ(tiles.value_or(0))),
      number("/tile/rows", 97, READ(tile.crossbar.rows)),
      number("/tile/columns", 101, READ(tile.crossbar.columns)),
      number("/tile/supply_volt", 2.31, READ(tile.supply_volt)),
      number("/tile/read_ns", 141.5, READ(tile.crossbar.read_ns)),
      number("/tile/dac/bits", 9, READ(tile.dac.bits)),
      number("/tile/dac/full_scale_volt", 0.23, READ(tile.dac.full_scale_volt)),
      number("/tile/dac/load_width_bits", 251, READ(tile.dac.load_width_bits)),
      number("/tile/dac/settling_ns", 113.5, READ(tile.dac.settling_ns)),
      number("/tile/dac/input_range", 5.25, READ(tile.dac.input_range.value_or(0.0))),
      number("/tile/dac/errors/offset_lsb", 0.31, READ(tile.dac.errors.offset_lsb)),
      number("/tile/dac/errors/gain_error", 0.032, READ(tile.dac.errors.gain_error)),
      number("/tile/dac/errors/noise_lsb", 0.33, READ(tile.dac.errors.noise_lsb)),
      choice("/tile/dac/gated_inputs", "all", READ(tile.dac.gated_inputs == GatedInputs::all)),
      choice("/tile/dac/load", "driven_lines", READ(tile.dac.load == DacLoad::driven_lines)),
      {"/tile/dac/errors/inl_lsb", {0.51, -0.52}, {0.51, -0.52}, READ(tile.dac.errors.inl_lsb)},
      choice("/tile/sensing/kind", "integrator", READ(tile.sensing.kind == SensingKind::integrator)),
      number("/tile/sensing/capacitance_picofarad", 21.5, READ(tile.sensing.capacitance_picofarad)),
      number("/tile/sensing/transfer_ns", 127.5, READ(tile.sensing.transfer_ns)),
      number("/tile/tia/gain_ohm", 5003, READ(tile.tia.gain_ohm)),
      number("/tile/tia/saturation_volt", 0.93, READ(tile.tia.saturation_volt)),
      number("/tile/tia/noise_volt", 0.00013, READ(tile.tia.noise_volt.value_or(0.0))),
      number("/tile/tia/input_noise_nanovolt_per_root_hz", 5.75, READ(tile.tia.input_noise_nanovolt_per_root_hz)),
      number("/tile/tia/bandwidth_hz", 11.5e6, READ(tile.tia.bandwidth_hz.value_or(0.0))),
      number("/tile/adc/bits", 11, READ(tile.adc.bits)),
      number("/tile/adc/count", 18, READ(tile.adc.count)),
      number("/tile/adc/conversion_ns", 131.5, READ(tile.adc.conversion_ns)),
      number("/tile/adc/multiplexer_ns", 7.125, READ(tile.adc.multiplexer_ns)),
      number("/tile/adc/full_scale_volt", 0.87, READ(tile.adc.full_scale_volt)),
      number("/tile/adc/smallest_full_scale_volt", 0.14, READ(tile.adc.smallest_full_scale_volt)),
      number("/tile/adc/noise_volt", 0.00027, READ(tile.adc.noise_volt)),
      number("/tile/adc/errors/offset_lsb", 0.41, READ(tile.adc.errors.offset_lsb)),
      number("/tile/adc/errors/gain_error", 0.042, READ(tile.adc.errors.gain_error)),
      number("/tile/adc/errors/noise_lsb", 0.43, READ(tile.adc.errors.noise_lsb)),
      {"/tile/adc/errors/inl_lsb", {0.61, -0.62}, {0.61, -0.62}, READ(tile.adc.errors.inl_lsb)},
      choice("/tile/mapping/weights", "differential", READ(tile.mapping.weights == WeightEncoding::differential)),
      number("/tile/mapping/slices", 3, READ(tile.mapping.slices)),
      number("/tile/mapping/bits_per_slice", 5, READ(tile.mapping.bits_per_slice)),
      choice("/tile/mapping/inputs", "two_pass", READ(tile.mapping.inputs == InputEncoding::two_pass)),
      choice("/tile/mapping/scale", "per_write", READ(tile.mapping.scale == WeightScale::per_write)),
      number("/tile/mapping/headroom", 1.25, READ(tile.mapping.headroom)),
      choice("/tile/mapping/depthwise_convolutions", "tiles",
             READ(tile.mapping.depthwise_convolutions == DepthwiseConvolutions::tiles)),
      choice("/tile/wires/ir_drop", "first_order", READ(tile.ir_drop == IrDropModel::first_order)),
      number("/tile/wires/row_segment_ohm", 0.71, READ(tile.wires.row_segment_ohm)),
      number("/tile/wires/column_segment_ohm", 0.72, READ(tile.wires.column_segment_ohm)),
      number("/tile/wires/driver_ohm", 0.73, READ(tile.wires.driver_ohm)),
      number("/tile/wires/sense_ohm", 0.74, READ(tile.wires.sense_ohm)),
      word("/resistive_memory/name", "a cell", READ(resistive_memory.name)),
      number("/resistive_memory/window_low_microsiemens", 12.5, READ(resistive_memory.cell.window_low_microsiemens)),
      number("/resistive_memory/window_high_microsiemens", 81.5, READ(resistive_memory.cell.window_high_microsiemens)),
      number("/resistive_memory/zero_weight_microsiemens", 44.5, READ(resistive_memory.zero_weight_microsiemens)),
      number("/resistive_memory/limit_low_microsiemens", 4.5, READ(resistive_memory.cell.limit_low_microsiemens)),
      number("/resistive_memory/limit_high_microsiemens", 119.5, READ(resistive_memory.cell.limit_high_microsiemens)),
      number("/resistive_memory/gate_controlled/threshold_volt", 0.67,
             READ(resistive_memory.cell.gate_controlled.threshold_volt)),
      number("/resistive_memory/gate_controlled/slope_microsiemens_per_volt", 71.5,
             READ(resistive_memory.cell.gate_controlled.slope_microsiemens_per_volt)),
      number("/resistive_memory/gate_controlled/landing_noise_microsiemens", 4.25,
             READ(resistive_memory.cell.gate_controlled.landing_noise_microsiemens)),
      number("/resistive_memory/gate_controlled/device_to_device", 0.211,
             READ(resistive_memory.cell.gate_controlled.device_to_device)),
      number("/resistive_memory/gate_controlled/compliance_volt", 0.415,
             READ(resistive_memory.cell.gate_controlled.compliance_volt)),
      number("/resistive_memory/gate_controlled/reset_microsiemens", 6.25,
             READ(resistive_memory.cell.gate_controlled.reset_microsiemens)),
      number("/resistive_memory/gate_controlled/reset_spread", 0.222,
             READ(resistive_memory.cell.gate_controlled.reset_spread)),
      number("/resistive_memory/pulses/pulse_ns", 103.5, READ(write_verify.pulse_ns)),
      number("/resistive_memory/pulses/set_volt", 1.55, READ(write_verify.pulse.set_volt)),
      number("/resistive_memory/pulses/reset_volt", 1.65, READ(write_verify.pulse.reset_volt)),
      number("/resistive_memory/pulses/gate_start_volt", 0.81, READ(write_verify.pulse.gate_start_volt)),
      number("/resistive_memory/pulses/gate_step_volt", 0.0125, READ(write_verify.pulse.gate_step_volt)),
      number("/resistive_memory/pulses/gate_largest_volt", 3.125, READ(write_verify.pulse.gate_largest_volt)),
      number("/resistive_memory/pulses/restart_steps", 14, READ(write_verify.pulse.restart_steps)),
      number("/resistive_memory/read_noise", 0.011, READ(resistive_memory.cell.read_noise)),
      number("/resistive_memory/access_transistor_ohm", 367.5, READ(resistive_memory.cell.access_transistor_ohm)),
      number("/resistive_memory/nonlinearity_volt", 0.353, READ(resistive_memory.cell.nonlinearity_volt.value_or(0.0))),
      number("/resistive_memory/endurance_cycles", 30011, READ(resistive_memory.cell.endurance_cycles)),
      word("/resistive_memory/retention/name", "an ageing", READ(resistive_memory.retention_name)),
      number("/resistive_memory/retention/relaxation_mean_microsiemens_per_ln", -0.091,
             READ(resistive_memory.cell.retention.relaxation_mean_microsiemens_per_ln)),
      number("/resistive_memory/retention/relaxation_sigma_microsiemens", 0.419,
             READ(resistive_memory.cell.retention.relaxation_sigma_microsiemens)),
      number("/resistive_memory/retention/relaxation_sigma_microsiemens_per_ln", 0.0431,
             READ(resistive_memory.cell.retention.relaxation_sigma_microsiemens_per_ln)),
      number("/resistive_memory/retention/exponent", 0.0051, READ(resistive_memory.cell.retention.exponent)),
      number("/resistive_memory/retention/exponent_spread", 0.0052,
             READ(resistive_memory.cell.retention.exponent_spread)),
      number("/resistive_memory/retention/read_disturb_per_read", 1.5e-9,
             READ(resistive_memory.cell.retention.read_disturb_per_read)),
      number("/resistive_memory/faults/stuck_low_share", 0.016, READ(resistive_memory.faults.cells.stuck_low_share)),
      number("/resistive_memory/faults/stuck_high_share", 0.017, READ(resistive_memory.faults.cells.stuck_high_share)),
      choice("/programmer/method", "exact", READ(write_verify.method == WriteMethod::exact)),
      number("/programmer/tolerance_microsiemens", 2.125, READ(write_verify.tolerance_microsiemens)),
      number("/programmer/reference_tolerance_microsiemens", 0.525,
             READ(write_verify.reference_tolerance_microsiemens)),
      number("/programmer/verify_deviations", 2.875, READ(write_verify.verify_deviations)),
      number("/programmer/maximum_cycles", 1009, READ(write_verify.maximum_cycles)),
      number("/programmer/parallel_cells", 19, READ(write_verify.parallel_cells)),
      number("/programmer/word_line_volt", 3.375, READ(write_verify.word_line_volt)),
      number("/programmer/supply_volt", 3.625, READ(write_verify.supply_volt)),
      number("/programmer/forming/volt", 3.25, READ(write_verify.forming.value_or(FormingConfig{}).volt)),
      number("/programmer/forming/pulse_ns", 10007, READ(write_verify.forming.value_or(FormingConfig{}).pulse_ns)),
      number("/programmer/forming/current_microampere", 104.5,
             READ(write_verify.forming.value_or(FormingConfig{}).current_microampere)),
      number("/sram/banks", 29, READ(sram.banks)),
      number("/sram/bank_kib", 48, READ(sram.bank_kib)),
      number("/sram/word_bits", 64, READ(sram.word_bits)),
      number("/sram/line_words", 24, READ(sram.line_words)),
      number("/sram/access_cycles", 38, READ(sram.access_cycles)),
      number("/sram/activation_bits", 15, READ(sram.activation_bits)),
      number("/sram/idle_leakage_share", 0.35, READ(sram.idle_leakage_share)),
      number("/sram/wake_cycles", 43, READ(sram.wake_cycles)),
      number("/lora_unit/rows", 53, READ(lora_unit.rows)),
      number("/lora_unit/columns", 59, READ(lora_unit.columns)),
      number("/lora_unit/bits", 13, READ(lora_unit.bits)),
      number("/lora_unit/register_bits", 262147, READ(lora_unit.register_bits)),
      number("/lora_unit/pipeline_cycles", 61, READ(lora_unit.pipeline_cycles)),
      number("/vector_unit/lanes", 67, READ(vector_unit.lanes)),
      number("/vector_unit/pipeline_cycles", 73, READ(vector_unit.pipeline_cycles)),
      truth("/data_path/tile_groups", false, READ(data_path.tile_groups)),
      truth("/data_path/adapters_on_broadcast", false, READ(data_path.adapters_on_broadcast)),
      truth("/data_path/fused_functions", false, READ(data_path.fused_functions)),
      truth("/data_path/fused_values", false, READ(data_path.fused_values)),
      truth("/data_path/permutation_by_address", false, READ(data_path.permutation_by_address)),
      number("/data_path/lanes_of_tile/lanes", 68, READ(data_path.lanes.lanes)),
      number("/data_path/lanes_of_tile/pipeline_cycles", 74, READ(data_path.lanes.pipeline_cycles)),
      number("/interconnect/latency_cycles", 79, READ(interconnect.latency_cycles)),
      number("/host_port/cycles_per_word", 83, READ(host_port.cycles_per_word)),
      number("/off_chip/capacity_mib", 47, READ(off_chip.value_or(OffChipConfig{}).capacity_bytes >> 20U)),
      quantity("/off_chip/latency", 56.5, "ns", 1.0, READ(off_chip.value_or(OffChipConfig{}).latency_ns)),
      quantity("/off_chip/bandwidth", 534.5, "MB/s", 1e6, READ(off_chip.value_or(OffChipConfig{}).bytes_per_second)),
      quantity("/off_chip/word", 643.5, "pJ", 1e-12, READ(off_chip.value_or(OffChipConfig{}).word_joule)),
      quantity("/off_chip/standby", 113.25, "mW", 1e-3, READ(off_chip.value_or(OffChipConfig{}).standby_watt)),
      number("/sequencer/samples_in_flight", 89, READ(sequencer.samples_in_flight)),
      number("/calibration/margin", 1.125, READ(calibration_margin)),
      choice("/training/backward_products", "digital", READ(training.backward_products == BackwardProducts::digital)),
      number("/training/gradient_bits", 17, READ(training.gradient_bits)),
      number("/training/optimizer_state_bits", 41, READ(training.optimizer_state_bits)),
      choice("/baselines/rm_rewrite/update", "every_step", READ(rewrite_baseline.update == RewriteUpdate::every_step)),
      choice("/baselines/rm_rewrite/target", "exact", READ(rewrite_baseline.target == RewriteTarget::exact)),
      word("/baselines/gpu/name", "a GPU", READ(gpu.name)),
      quantity("/baselines/gpu/clock", 2.53, "GHz", 1e9, READ(gpu.clock_hz)),
      quantity("/baselines/gpu/peak_macs", 41.5, "TMAC/s", 1e12, READ(gpu.peak_macs_per_second)),
      quantity("/baselines/gpu/memory_bandwidth", 1013, "GB/s", 1e9, READ(gpu.memory_bytes_per_second)),
      quantity("/baselines/gpu/board_power", 451.5, "W", 1.0, READ(gpu.board_power_watt)),
      quantity("/baselines/gpu/idle_power", 102.5, "W", 1.0, READ(gpu.idle_power_watt)),
      quantity("/baselines/gpu/launch_overhead", 5.05, "us", 1e-6, READ(gpu.launch_overhead_s)),
      number("/baselines/gpu/bytes_per_value", 6, READ(gpu.bytes_per_value)),
      number("/baselines/gpu/inference_batch", 151, READ(gpu.inference_batch)),
      word("/energy/name", "a table", READ(energy_name)),
      number("/energy/node_nm", 181.5, READ(energy.node_nm)),
      quantity("/energy/adc_conversion", 44.5, "pJ", 1e-12, READ(energy.adc_conversion_joule)),
      quantity("/energy/dac_buffer", 8.25, "pJ", 1e-12, READ(energy.dac_buffer_joule)),
      quantity("/energy/dac_step", 16.25, "fJ", 1e-15, READ(energy.dac_step_joule)),
      quantity("/energy/zero_check", 0.31, "pJ", 1e-12, READ(energy.zero_check_joule)),
      quantity("/energy/word_line_per_cell", 5.625, "fF", 1e-15, READ(energy.word_line_farad_per_cell)),
      quantity("/energy/tia_power", 401.5, "uW", 1e-6, READ(energy.tia_power_watt)),
      quantity("/energy/tia_bandwidth", 10.5, "MHz", 1e6, READ(energy.tia_bandwidth_hz)),
      quantity("/energy/tia_input_noise", 5.375, "nV/rtHz", 1.0, READ(energy.tia_noise_nanovolt)),
      quantity("/energy/dac_static", 0.051, "uW", 1e-6, READ(energy.dac_static_watt)),
      quantity("/energy/tia_static", 0.052, "uW", 1e-6, READ(energy.tia_static_watt)),
      quantity("/energy/adc_static", 0.111, "uW", 1e-6, READ(energy.adc_static_watt)),
      quantity("/energy/shift_add", 3.75, "pJ", 1e-12, READ(energy.shift_add_joule)),
      quantity("/energy/write_driver_capacitance", 0.515, "pF", 1e-12, READ(energy.write_driver_farad)),
      quantity("/energy/mac_8bit", 11.25, "pJ", 1e-12, READ(energy.mac_8bit_joule)),
      quantity("/energy/mac_16bit", 33.25, "pJ", 1e-12, READ(energy.mac_16bit_joule)),
      quantity("/energy/mac_delay", 5.125, "ns", 1e-9, READ(energy.mac_seconds)),
      quantity("/energy/mac_static", 0.071, "uW", 1e-6, READ(energy.mac_static_watt)),
      quantity("/energy/register_access", 0.26, "pJ/bit", 1e-12, READ(energy.register_bit_joule)),
      quantity("/energy/register_static", 41.5, "pW/bit", 1e-12, READ(energy.register_static_watt)),
      quantity("/energy/vector_add", 2.05, "pJ", 1e-12, READ(energy.vector_add_joule)),
      quantity("/energy/vector_mac", 34.25, "pJ", 1e-12, READ(energy.vector_mac_joule)),
      quantity("/energy/vector_lookup", 16.75, "pJ", 1e-12, READ(energy.vector_lookup_joule)),
      quantity("/energy/vector_move", 4.125, "pJ", 1e-12, READ(energy.vector_move_joule)),
      quantity("/energy/vector_delay", 4.75, "ns", 1e-9, READ(energy.vector_seconds)),
      quantity("/energy/lane_static", 0.255, "uW", 1e-6, READ(energy.lane_static_watt)),
      quantity("/energy/wire", 1.85, "pJ/bit/mm", 1e-12, READ(energy.wire_joule_per_bit_mm)),
      quantity("/energy/wire_activity", 0.26, "1", 1.0, READ(energy.wire_activity)),
      quantity("/energy/wire_delay", 0.128, "ns/mm", 1e-9, READ(energy.wire_seconds_per_mm)),
      quantity("/energy/interconnect_distance", 2.25, "mm", 1.0, READ(energy.interconnect_mm)),
      quantity("/energy/tile_pitch", 1.375, "mm", 1.0, READ(energy.tile_pitch_mm)),
      quantity("/energy/host_word", 641.5, "pJ", 1e-12, READ(energy.host_word_joule)),
      quantity("/energy/host_word_time", 7.25, "ns", 1e-9, READ(energy.host_word_seconds)),
      quantity("/energy/sram_leakage", 20.5, "pW/bit", 1e-12, READ(energy.sram_bit_leakage_watt)),
      {"/energy/sram_banks/0/kib", 8.5, 8.5, [](const Architecture& chip) -> json { return bank(chip, 0).kib; }},
      quantity("/energy/sram_banks/0/read", 70.5, "pJ", 1e-12,
               [](const Architecture& chip) -> json { return bank(chip, 0).read_joule; }),
      quantity("/energy/sram_banks/0/write", 109.5, "pJ", 1e-12,
               [](const Architecture& chip) -> json { return bank(chip, 0).write_joule; }),
      quantity("/energy/sram_banks/0/access", 2.4375, "ns", 1e-9,
               [](const Architecture& chip) -> json { return bank(chip, 0).access_seconds; }),
      {"/energy/sram_banks/1/kib", 63.5, 63.5, [](const Architecture& chip) -> json { return bank(chip, 1).kib; }},
      quantity("/energy/sram_banks/1/read", 361.5, "pJ", 1e-12,
               [](const Architecture& chip) -> json { return bank(chip, 1).read_joule; }),
      quantity("/energy/sram_banks/1/write", 259.5, "pJ", 1e-12,
               [](const Architecture& chip) -> json { return bank(chip, 1).write_joule; }),
      quantity("/energy/sram_banks/1/access", 3.1875, "ns", 1e-9,
               [](const Architecture& chip) -> json { return bank(chip, 1).access_seconds; }),
  };
  return fields;
}

const std::vector<ArchitectureField>& soft_bound_fields() {
  static const std::vector<ArchitectureField> fields{
      number("/resistive_memory/soft_bound/set_step_microsiemens", 80.5,
             READ(resistive_memory.cell.soft_bound.set_step_microsiemens)),
      number("/resistive_memory/soft_bound/reset_step_microsiemens", 82.5,
             READ(resistive_memory.cell.soft_bound.reset_step_microsiemens)),
      number("/resistive_memory/soft_bound/set_nominal_volt", 1.45,
             READ(resistive_memory.cell.soft_bound.set_nominal_volt)),
      number("/resistive_memory/soft_bound/reset_nominal_volt", 1.35,
             READ(resistive_memory.cell.soft_bound.reset_nominal_volt)),
      number("/resistive_memory/soft_bound/volts_per_e_fold", 0.16,
             READ(resistive_memory.cell.soft_bound.volts_per_e_fold)),
      number("/resistive_memory/soft_bound/cycle_to_cycle", 0.63,
             READ(resistive_memory.cell.soft_bound.cycle_to_cycle)),
      number("/resistive_memory/soft_bound/device_to_device", 0.12,
             READ(resistive_memory.cell.soft_bound.device_to_device)),
      choice("/resistive_memory/pulses/schedule", "stepped",
             READ(write_verify.pulse.schedule == PulseSchedule::stepped)),
      number("/resistive_memory/pulses/volt_step", 0.055, READ(write_verify.pulse.volt_step)),
      number("/resistive_memory/pulses/largest_volt", 2.05, READ(write_verify.pulse.largest_volt)),
  };
  return fields;
}

#undef READ

}  // namespace palimpsest::test
