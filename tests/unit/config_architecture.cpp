#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "models/physics/energy.hpp"
#include "sim/config/architecture.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

const std::string shipped = std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json";

std::string error_of(const std::vector<std::string>& settings) {
  const ThrownError error = thrown_error([&] {
    std::vector<Override> overrides;
    overrides.reserve(settings.size());
    for (const std::string& setting : settings) overrides.push_back(parse_override(setting));
    read_architecture(shipped, overrides);
  });
  CHECK((error.text == "no error" || error.code == ExitCode::usage_or_architecture));
  CHECK(is_one_line(error.text));
  return error.text;
}

}  // namespace

TEST_CASE("The shipped chip has the paper's array, window and endurance") {
  const Architecture chip = read_architecture(shipped, {});
  CHECK(chip.name == "rm180");
  CHECK(chip.clock.period_ps == 10'000);
  CHECK_FALSE(chip.tiles.has_value());
  CHECK(chip.tile.crossbar.rows == 128);
  CHECK(chip.tile.crossbar.columns == 128);
  CHECK(chip.tile.adc.bits == 8);
  CHECK(chip.tile.dac.full_scale_volt == 0.2);
  CHECK(chip.tile.pulse_ns == chip.write_verify.pulse_ns);
  CHECK(chip.resistive_memory.cell.window_low_microsiemens == 10.0);
  CHECK(chip.resistive_memory.cell.window_high_microsiemens == 80.0);
  CHECK(chip.resistive_memory.cell.endurance_cycles == 30'000.0);
  CHECK(chip.resistive_memory.cell.retention.relaxation_mean_microsiemens_per_ln == -0.0890);
  CHECK(chip.resistive_memory.cell.retention.relaxation_sigma_microsiemens == 0.412);
  CHECK(chip.resistive_memory.cell.retention.relaxation_sigma_microsiemens_per_ln == 0.0420);
  CHECK(chip.resistive_memory.cell.retention.exponent == 0.0);
  CHECK(chip.resistive_memory.cell.retention.read_disturb_per_read == 0.0);
  CHECK(chip.resistive_memory.cell.access_transistor_ohm == 364.0);
  CHECK(chip.write_verify.tolerance_microsiemens == 2.0);
  CHECK(chip.write_verify.method == WriteMethod::write_verify);
  CHECK(chip.write_verify.verify_deviations == 3.0);
  CHECK(chip.resistive_memory.name == "gate");
  CHECK(chip.resistive_memory.cell.update == CellUpdate::gate_controlled);
  CHECK(chip.write_verify.pulse.schedule == PulseSchedule::gate_stepped);
  // The first SET reaches the low edge of the window, a step rises by 0.8 uS.
  CHECK(gate_volt_of_level(chip.resistive_memory.cell.gate_controlled, 10.0) ==
        Approx(chip.write_verify.pulse.gate_start_volt).margin(0.005));
  CHECK(chip.write_verify.pulse.gate_step_volt *
            chip.resistive_memory.cell.gate_controlled.slope_microsiemens_per_volt ==
        Approx(0.8).margin(0.01));
  CHECK(chip.resistive_memory.retention_name == "cmo");
  CHECK(chip.training.backward_products == BackwardProducts::transposed_read);
  CHECK(chip.rewrite_baseline.target == RewriteTarget::accumulated);
  CHECK(chip.gpu.name == "RTX 4090");
  CHECK(chip.gpu.peak_macs_per_second == Approx(41.3e12));
  CHECK(chip.gpu.launch_overhead_s == Approx(5e-6));
  CHECK(chip.energy_name == "cmos180");
}

TEST_CASE("The shipped board has its parts' resolutions and times") {
  const Architecture board = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180-board.json", {});
  CHECK(board.tile.dac.bits == 16);
  CHECK(board.tile.dac.settling_ns == 5000.0);
  CHECK(board.tile.adc.bits == 14);
  CHECK(board.tile.adc.conversion_ns == 20'000.0);
  CHECK(board.tile.adc.multiplexer_ns == 680.0);
  // DACs and amplifiers draw the same whether they work or not.
  CHECK(board.energy.dac_static_watt == Approx(0.6e-3 * 5.5));
  CHECK(board.energy.tia_static_watt == Approx(1.5e-3 * 5.0));
  CHECK(dac_update_joule(board.energy, board.tile) == 0.0);
  CHECK(board.energy.node_nm == 28.0);
}

TEST_CASE("Fields out of range are refused") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/clock_period_ps=0", "expected 10..1000000000, got 0"},
      {"/tile/count=0", "expected 1..1048576, got 0"},
      {"/tile/count=some", "expected \"auto\" or 1..1048576, got \"some\""},
      {"/tile/rows=1", "expected 2..4096, got 1"},
      {"/tile/columns=4097", "expected 2..4096, got 4097"},
      {"/tile/read_ns=0", "expected 0.1..1e+06, got 0"},
      {"/tile/supply_volt=0", "expected 0.01..1000, got 0"},
      {"/tile/dac/bits=23", "expected 2..22, got 23"},
      {"/tile/dac/bits=1", "expected 2..22, got 1"},
      {"/tile/adc/bits=1", "expected 2..22, got 1"},
      {"/lora_unit/bits=1", "expected 2..22, got 1"},
      {"/sram/activation_bits=1", "expected 2..22, got 1"},
      {"/tile/sensing/kind=charge", "expected one of transimpedance, integrator; got \"charge\""},
      {"/tile/sensing/capacitance_picofarad=0", "expected 0.001..1e+06, got 0"},
      {"/tile/sensing/transfer_ns=0", "expected 0.1..1e+06, got 0"},
      {"/tile/adc/smallest_full_scale_volt=0", "expected 1e-06..1e+06, got 0"},
      {"/tile/adc/noise_volt=-1", "expected 0..10, got -1"},
      {"/tile/tia/noise_volt=white", "expected one of thermal, or a number in 0..10; got \"white\""},
      {"/tile/tia/input_noise_nanovolt_per_root_hz=-1", "expected 0.01..1e+06, got -1"},
      {"/tile/dac/load_width_bits=0", "expected 1..65536, got 0"},
      {"/tile/dac/settling_ns=-1", "expected 0..1e+06, got -1"},
      {"/tile/dac/gated_inputs=some", "expected one of none, spikes, all; got \"some\""},
      {"/tile/dac/load=bits", "expected one of all_lines, driven_lines; got \"bits\""},
      {"/tile/adc/bits=1.5", "expected an integer in 2..22, got 1.5"},
      {"/tile/adc/count=0", "expected 1..4096, got 0"},
      {"/tile/adc/conversion_ns=1e7", "expected 0.1..1e+06, got 10000000.0"},
      {"/tile/dac/input_range=0", "expected 1e-06..1e+06, got 0"},
      {"/tile/dac/input_range=auto", "expected one of per_layer, or a number in 1e-06..1e+06; got \"auto\""},
      {"/tile/dac/errors/gain_error=2", "expected 0..1, got 2"},
      {"/tile/tia/gain_ohm=0", "expected 1..1e+09, got 0"},
      {"/tile/tia/bandwidth_hz=unlimited", "expected a number in 1..1e+12, got \"unlimited\""},
      {"/tile/adc/full_scale_volt=auto",
       "expected one of per_tile, per_layer, or a number in 1e-06..1e+06; got \"auto\""},
      {"/tile/adc/errors/inl_lsb=[0, x]", "expected an array, got \"[0, x]\""},
      {"/tile/adc/errors/inl_lsb=[1]", "expected no number, or at least two"},
      {"/tile/mapping/weights=signed", "expected one of offset, differential; got \"signed\""},
      {"/tile/mapping/inputs=analogue", "expected one of bipolar, two_pass, bit_serial; got \"analogue\""},
      {"/tile/mapping/slices=0", "expected 1..8, got 0"},
      {"/tile/wires/ir_drop=some", "expected one of off, first_order, exact; got \"some\""},
      {"/tile/wires/sense_ohm=-1", "expected 0..1e+06, got -1"},
      {"/resistive_memory/nonlinearity_volt=0", "expected 0.01..1000, got 0"},
      {"/resistive_memory/read_noise=2", "expected 0..1, got 2"},
      {"/resistive_memory/retention/relaxation_mean_microsiemens_per_ln=-101", "expected -100..100, got -101"},
      {"/resistive_memory/retention/relaxation_sigma_microsiemens=-1", "expected 0..100, got -1"},
      {"/resistive_memory/retention/relaxation_sigma_microsiemens_per_ln=-1", "expected 0..100, got -1"},
      {"/resistive_memory/retention/exponent=-1", "expected 0..10, got -1"},
      {"/resistive_memory/retention/exponent_spread=11", "expected 0..10, got 11"},
      {"/resistive_memory/retention/read_disturb_per_read=2", "expected 0..1, got 2"},
      {"/resistive_memory/faults/stuck_low_share=1.5", "expected 0..1, got 1.5"},
      {"/resistive_memory/faults/stuck_high_share=-1", "expected 0..1, got -1"},
      {"/resistive_memory/faults/map=7", "expected a string, got 7"},
      {"/resistive_memory/access_transistor_ohm=-1", "expected 0..1e+06, got -1"},
      {"/programmer/maximum_cycles=65536", "expected 1..65535, got 65536"},
      {"/programmer/verify_deviations=11", "expected 0..10, got 11"},
      {"/resistive_memory/pulses/pulse_ns=0", "expected 0.1..1e+06, got 0"},
      {"/programmer/method=guess", "expected one of write_verify, exact; got \"guess\""},
      {"/resistive_memory/update=jumping", "expected one of soft_bound, gate_controlled; got \"jumping\""},
      {"/resistive_memory/pulses/schedule=fixed", "expected gate_stepped; got \"fixed\""},
      {"/resistive_memory/pulses/gate_step_volt=0", "expected 1e-06..10, got 0"},
      {"/resistive_memory/pulses/gate_largest_volt=11", "expected 0.01..10, got 11"},
      {"/resistive_memory/pulses/restart_steps=0", "expected 1..1000000, got 0"},
      {"/resistive_memory/gate_controlled/slope_microsiemens_per_volt=0", "expected 0.001..1e+06, got 0"},
      {"/resistive_memory/gate_controlled/landing_noise_microsiemens=-1", "expected 0..10000, got -1"},
      {"/resistive_memory/gate_controlled/reset_spread=6", "expected 0..5, got 6"},
      {"/programmer/word_line_volt=21", "expected 0..20, got 21"},
      {"/programmer/supply_volt=0", "expected 0.01..20, got 0"},
      {"/programmer/forming=7", "expected \"none\" or an object, got 7"},
      {"/tile/mapping/scale=fixed", "expected one of kept, per_write; got \"fixed\""},
      {"/tile/mapping/headroom=0.9", "expected 1..1000, got 0.9"},
      {"/tile/mapping/depthwise_convolutions=lora_unit", "expected one of vector_unit, tiles; got \"lora_unit\""},
      {"/sram/banks=0", "expected 1..4096, got 0"},
      {"/sram/word_bits=12", "expected a multiple of 8, got 12"},
      {"/sram/access_cycles=0", "expected 1..1000000, got 0"},
      {"/lora_unit/bits=nan", "expected an integer in 2..22, got \"nan\""},
      {"/calibration/margin=0", "expected 0.01..1000, got 0"},
      {"/sequencer/samples_in_flight=0", "expected 1..1024, got 0"},
      {"/training/backward_products=none", "expected one of transposed_read, digital; got \"none\""},
      {"/baselines/rm_rewrite/update=never", "expected one of at_deployment, every_step; got \"never\""},
      {"/baselines/gpu/bytes_per_value=0", "expected 1..8, got 0"},
      {"/name=", "expected text without control characters, got \"\""},
      {"/tile/adc=7", "expected an object, got 7"},
      {"/schema=palimpsest.trace", "expected palimpsest.architecture; got \"palimpsest.trace\""},
      {"/version=1", "expected 3, got 1"},
  };
  for (const auto& [setting, message] : cases)
    CHECK(error_of({setting}) == std::string("--set ").append(setting).append(": ").append(message));
}

TEST_CASE("Fields that contradict each other are refused at the one that was set") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/resistive_memory/window_high_microsiemens=10", "expected window_low_microsiemens < window_high_microsiemens"},
      {"/resistive_memory/window_low_microsiemens=80", "expected window_low_microsiemens < window_high_microsiemens"},
      {"/resistive_memory/limit_low_microsiemens=11",
       "expected limit_low_microsiemens, as read through the access transistor, <= window_low_microsiemens"},
      {"/resistive_memory/limit_high_microsiemens=80",
       "expected window_high_microsiemens <= limit_high_microsiemens as read through the access transistor"},
      {"/resistive_memory/access_transistor_ohm=6000",
       "expected window_high_microsiemens <= limit_high_microsiemens as read through the access transistor"},
      {"/resistive_memory/zero_weight_microsiemens=10", "expected zero_weight_microsiemens inside the window"},
      {"/resistive_memory/faults={\"stuck_low_share\": 0.6, \"stuck_high_share\": 0.5, \"map\": null}",
       "expected stuck_low_share + stuck_high_share <= 1"},
      {"/tile/supply_volt=0.39",
       "expected supply_volt of at least twice dac/full_scale_volt: lines are driven about its middle"},
      {"/tile/supply_volt=1.7",
       "expected supply_volt of at least twice tia/saturation_volt: amplifiers work about its middle"},
      {"/sram/idle_leakage_share=0.5", "expected at least 1 cycle where idle banks are gated"},
      {"/programmer/word_line_volt=3", "expected at least /resistive_memory/pulses/gate_largest_volt"},
      {"/resistive_memory/pulses/set_volt=0.3",
       "expected at least /resistive_memory/gate_controlled/compliance_volt, which a SET leaves across the cell"},
      {"/tile/adc/full_scale_volt=0.09", "expected smallest_full_scale_volt <= full_scale_volt"},
      {"/tile/mapping/slices=5", "expected slices x bits_per_slice of at most 16, got 20"},
      {"/programmer/parallel_cells=129", "expected at most the cells of a row, /tile/columns = 128, got 129"},
      {"/resistive_memory/pulses/gate_start_volt=3.4", "expected gate_start_volt <= gate_largest_volt"},
      {"/programmer/tolerance_microsiemens=0.05",
       "expected a tolerance that 1000 averaged verify reads resolve at the high end of the window; "
       "/programmer/verify_deviations = 0 reads once"},
      {"/programmer/supply_volt=1.4", "expected at least the highest pulse of /resistive_memory/pulses"},
      {"/programmer/forming={\"volt\": 3.4, \"pulse_ns\": 1000, \"current_microampere\": 100}",
       "expected the forming pulse's volt <= supply_volt"},
      {"/baselines/gpu/idle_power/value=451", "expected at most the power at full load, /board_power"},
  };
  for (const auto& [setting, message] : cases) {
    INFO(setting);
    CHECK_THAT(error_of({setting}), Catch::Matchers::EndsWith(message));
  }
  CHECK_THAT(error_of({"/resistive_memory/window_low_microsiemens=80"}), Catch::Matchers::StartsWith("--set "));
  CHECK_THAT(error_of({"/sram/line_words=3000"}), Catch::Matchers::Contains("a whole number of lines"));
  CHECK_THAT(error_of({"/tile/dac/gated_inputs=none", "/tile/dac/load=driven_lines"}),
             Catch::Matchers::EndsWith("expected gated_inputs of spikes or all beside a load of driven_lines"));
}

TEST_CASE("Fields of a soft-bound cell and its pulses are checked") {
  const std::string jumping = "/resistive_memory=cells/jumping.json";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/resistive_memory/pulses/schedule=rising", "expected one of fixed, stepped; got \"rising\""},
      {"/resistive_memory/pulses/volt_step=-0.1", "expected 0..10, got -0.1"},
      {"/resistive_memory/pulses/largest_volt=11", "expected 0.01..10, got 11"},
      {"/resistive_memory/pulses/largest_volt=1.4", "expected set_volt, reset_volt <= largest_volt"},
      {"/resistive_memory/pulses/reset_volt=2.5", "expected set_volt, reset_volt <= largest_volt"},
      {"/resistive_memory/soft_bound/volts_per_e_fold=0.01", "expected 0.02..10, got 0.01"},
      {"/resistive_memory/soft_bound/set_nominal_volt=0", "expected 0.01..10, got 0"},
  };
  for (const auto& [setting, message] : cases)
    CHECK(error_of({jumping, setting}) == std::string("--set ").append(setting).append(": ").append(message));
}

TEST_CASE("A cell has the fields of its own kind only") {
  CHECK_THAT(error_of({"/resistive_memory/update=soft_bound"}),
             Catch::Matchers::EndsWith("/soft_bound: the key is missing"));
  CHECK_THAT(error_of({"/resistive_memory=cells/jumping.json", "/resistive_memory/update=gate_controlled"}),
             Catch::Matchers::EndsWith("/gate_controlled: the key is missing"));
}

TEST_CASE("A cell, and in it a retention, is taken from a file whatever the order, and fields are set after that") {
  const std::vector<Override> overrides{{"/resistive_memory/soft_bound/cycle_to_cycle", "0.25"},
                                        {"/resistive_memory/retention/exponent", "0.5"},
                                        {"/resistive_memory/retention", "retention/neurram.json"},
                                        {"/resistive_memory", "cells/jumping.json"}};
  const ResistiveMemoryConfig memory = read_architecture(shipped, overrides).resistive_memory;
  CHECK(memory.name == "jumping");
  CHECK(memory.retention_name == "neurram");
  CHECK(memory.cell.soft_bound.cycle_to_cycle == 0.25);
  CHECK(memory.cell.soft_bound.set_step_microsiemens == 80.0);
  CHECK(memory.cell.retention.exponent == 0.5);
  // Wan et al. 2022 by aihwkit's fit at the middle of its range: 2.0 uS after a second, 3.9 uS after a day.
  CHECK(memory.cell.retention.relaxation_sigma_microsiemens == 2.0);
  CHECK(memory.cell.retention.relaxation_sigma_microsiemens +
            memory.cell.retention.relaxation_sigma_microsiemens_per_ln * std::log(86'400.0) ==
        Approx(3.9).margin(0.01));
}

TEST_CASE("Unknown keys are errors with their path") {
  const std::string setting = R"(/interconnect={"latency_cycles": 1, "gain": 2})";
  CHECK(error_of({setting}) == "--set " + setting + ": /gain: unknown key; expected latency_cycles");
}

TEST_CASE("Every key of the shipped chip is required") {
  CHECK_THAT(error_of({"/tile/tia={}"}), Catch::Matchers::EndsWith("/gain_ohm: the key is missing"));
  CHECK_THAT(error_of({"/energy={}"}), Catch::Matchers::Contains("the key is missing"));
}

TEST_CASE("Errors in a referenced file name that file") {
  const TemporaryDirectory directory;
  const std::filesystem::path arch = std::filesystem::path(PALIMPSEST_SOURCE_DIR) / "arch";
  std::filesystem::copy(arch, directory.path(), std::filesystem::copy_options::recursive);
  directory.write("gpu/rtx4090.json", R"({"schema": "palimpsest.gpu", "version": 1, "name": 5})");
  const std::string place = directory.path().string();
  const auto error = [&] { return thrown_error([&] { read_architecture(place + "/rm180.json", {}); }).text; };
  CHECK(error() == place + "/gpu/rtx4090.json: /name: expected a string, got 5");
  directory.write("gpu/rtx4090.json", "{\n\"a\" 1}");
  CHECK_THAT(error(), Catch::Matchers::StartsWith(place + "/gpu/rtx4090.json: line 2, column 5: "));
  const auto missing = thrown_error([&] { read_architecture(place + "/rm180.json", {{"/energy", "none.json"}}); });
  CHECK(missing.text == "--set /energy=none.json: " + place + "/none.json: no such file");
}
