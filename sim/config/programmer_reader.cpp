#include "sim/config/programmer_reader.hpp"

#include <algorithm>
#include <optional>

#include "models/physics/verify_noise.hpp"
#include "sim/config/pulse_range.hpp"
#include "sim/config/tile_reader.hpp"

namespace palimpsest {
namespace {

constexpr double shortest_pulse_ns = 0.1;
constexpr double largest_supply_volt = 20.0;

/// What every schedule has.
void read_amplitudes(JsonReader& reader, WriteVerifyConfig& config) {
  config.pulse_ns = reader.number("pulse_ns", shortest_pulse_ns, longest_ns);
  config.pulse.set_volt = reader.number("set_volt", smallest_pulse_volt, largest_pulse_volt);
  config.pulse.reset_volt = reader.number("reset_volt", smallest_pulse_volt, largest_pulse_volt);
}

void read_soft_bound_pulses(JsonReader reader, WriteVerifyConfig& config) {
  PulseConfig& pulse = config.pulse;
  pulse.schedule =
      reader.choice<PulseSchedule>("schedule", {{"fixed", PulseSchedule::fixed}, {"stepped", PulseSchedule::stepped}});
  read_amplitudes(reader, config);
  pulse.volt_step = reader.number("volt_step", 0.0, largest_pulse_volt);
  pulse.largest_volt = reader.number("largest_volt", smallest_pulse_volt, largest_pulse_volt);
  reader.finish();
  if (pulse.largest_volt < pulse.set_volt || pulse.largest_volt < pulse.reset_volt)
    reader.fail({"largest_volt", "set_volt", "reset_volt"}, "expected set_volt, reset_volt <= largest_volt");
}

void read_gated_pulses(JsonReader reader, WriteVerifyConfig& config) {
  PulseConfig& pulse = config.pulse;
  pulse.schedule = reader.choice<PulseSchedule>("schedule", {{"gate_stepped", PulseSchedule::gate_stepped}});
  read_amplitudes(reader, config);
  pulse.gate_start_volt = reader.number("gate_start_volt", smallest_pulse_volt, largest_pulse_volt);
  pulse.gate_step_volt = reader.number("gate_step_volt", 1e-6, largest_pulse_volt);
  pulse.gate_largest_volt = reader.number("gate_largest_volt", smallest_pulse_volt, largest_pulse_volt);
  pulse.restart_steps = reader.integer<std::uint32_t>("restart_steps", 1, 1'000'000);
  reader.finish();
  if (pulse.gate_largest_volt < pulse.gate_start_volt)
    reader.fail({"gate_largest_volt", "gate_start_volt"}, "expected gate_start_volt <= gate_largest_volt");
}

std::optional<FormingConfig> read_forming(JsonReader& programmer) {
  std::optional<JsonReader> reader = programmer.object_or("forming", "none");
  if (!reader) return std::nullopt;
  FormingConfig forming;
  forming.volt = reader->number("volt", smallest_pulse_volt, largest_pulse_volt);
  forming.pulse_ns = reader->number("pulse_ns", shortest_pulse_ns, longest_ns);
  forming.current_microampere = reader->number("current_microampere", 0.001, 1e5);
  reader->finish();
  return forming;
}

void check_supply(const WriteVerifyConfig& config, const JsonReader& reader) {
  if (config.supply_volt < highest_pulse_volt(config.pulse))
    reader.fail("supply_volt", "expected at least the highest pulse of /resistive_memory/pulses");
  if (config.pulse.schedule == PulseSchedule::gate_stepped && config.word_line_volt < config.pulse.gate_largest_volt)
    reader.fail("word_line_volt", "expected at least /resistive_memory/pulses/gate_largest_volt");
  if (config.forming && config.supply_volt < config.forming->volt)
    reader.fail({"supply_volt", "forming"}, "expected the forming pulse's volt <= supply_volt");
}

/// Targets lie in the window, and the highest takes most reads.
void check_verify_reads(const WriteVerifyConfig& config, const CellConfig& cell, const JsonReader& reader) {
  if (config.method != WriteMethod::write_verify) return;
  for (const auto& [key, tolerance] :
       {std::pair{"tolerance_microsiemens", config.tolerance_microsiemens},
        std::pair{"reference_tolerance_microsiemens", config.reference_tolerance_microsiemens}}) {
    if (wanted_verify_reads(cell, config, {cell.window_high_microsiemens, tolerance}) > most_verify_reads)
      reader.fail({key, "verify_deviations"}, too_fine_for_verify_reads());
  }
}

}  // namespace

std::string too_fine_for_verify_reads() {
  return "expected a tolerance that " + std::to_string(most_verify_reads) +
         " averaged verify reads resolve at the high end of the window; /programmer/verify_deviations = 0 reads once";
}

WriteVerifyConfig read_write_verify(JsonReader programmer, const JsonReader& pulses, const TileConfig& tile,
                                    const CellConfig& cell) {
  const std::uint32_t columns = tile.crossbar.columns;
  WriteVerifyConfig config;
  config.verify_circuit_noise_microsiemens = verify_circuit_noise_microsiemens(tile, cell);
  config.method = programmer.choice<WriteMethod>(
      "method", {{"write_verify", WriteMethod::write_verify}, {"exact", WriteMethod::exact}});
  config.tolerance_microsiemens = programmer.number("tolerance_microsiemens", 0.001, 1e4);
  config.reference_tolerance_microsiemens = programmer.number("reference_tolerance_microsiemens", 0.001, 1e4);
  config.verify_deviations = programmer.number("verify_deviations", 0.0, 10.0);
  config.maximum_cycles = programmer.integer<std::uint32_t>("maximum_cycles", 1, 65535);
  config.parallel_cells = programmer.integer<std::uint32_t>("parallel_cells", 1, 4096);
  config.word_line_volt = programmer.number("word_line_volt", 0.0, largest_supply_volt);
  config.supply_volt = programmer.number("supply_volt", smallest_pulse_volt, largest_supply_volt);
  config.forming = read_forming(programmer);
  programmer.finish();
  if (cell.update == CellUpdate::gate_controlled)
    read_gated_pulses(pulses, config);
  else
    read_soft_bound_pulses(pulses, config);
  check_supply(config, programmer);
  const double compliance = cell.gate_controlled.compliance_volt;
  if (cell.update == CellUpdate::gate_controlled &&
      std::min(config.pulse.set_volt, config.pulse.reset_volt) < compliance)
    pulses.fail(
        {"set_volt", "reset_volt"},
        "expected at least /resistive_memory/gate_controlled/compliance_volt, which a SET leaves across the cell");
  if (config.parallel_cells > columns)
    programmer.fail("parallel_cells", "expected at most the cells of a row, /tile/columns = " +
                                          std::to_string(columns) + ", got " + std::to_string(config.parallel_cells));
  check_verify_reads(config, cell, programmer);
  return config;
}

}  // namespace palimpsest
