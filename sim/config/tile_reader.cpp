#include "sim/config/tile_reader.hpp"

#include "sim/config/fault_reader.hpp"
#include "sim/config/retention_reader.hpp"

namespace palimpsest {
namespace {

constexpr double shortest_pulse_ns = 0.1;

DacConfig read_dac(JsonReader reader) {
  DacConfig dac;
  dac.bits = reader.integer("bits", 1, 16);
  dac.full_scale_volt = reader.number("full_scale_volt", 0.001, 10.0);
  dac.load_width_bits = reader.integer<std::uint32_t>("load_width_bits", 1, 65536);
  dac.settling_ns = reader.number("settling_ns", 0.0, longest_ns);
  reader.finish();
  return dac;
}

TiaConfig read_tia(JsonReader reader) {
  TiaConfig tia;
  tia.settling_ns = reader.number("settling_ns", 0.0, longest_ns);
  reader.finish();
  return tia;
}

AdcConfig read_adc(JsonReader reader) {
  AdcConfig adc;
  adc.bits = reader.integer("bits", 1, 16);
  adc.count = reader.integer<std::uint32_t>("count", 1, 4096);
  adc.conversion_ns = reader.number("conversion_ns", 0.1, longest_ns);
  adc.multiplexer_ns = reader.number("multiplexer_ns", 0.0, longest_ns);
  reader.finish();
  return adc;
}

void check_window(const CellConfig& cell, double zero, const JsonReader& reader) {
  if (cell.window_low_microsiemens >= cell.window_high_microsiemens)
    reader.fail({"window_low_microsiemens", "window_high_microsiemens"},
                "expected window_low_microsiemens < window_high_microsiemens");
  if (cell.limit_low_microsiemens > cell.window_low_microsiemens)
    reader.fail({"limit_low_microsiemens", "window_low_microsiemens"},
                "expected limit_low_microsiemens <= window_low_microsiemens");
  if (cell.limit_high_microsiemens < cell.window_high_microsiemens)
    reader.fail({"limit_high_microsiemens", "window_high_microsiemens"},
                "expected window_high_microsiemens <= limit_high_microsiemens");
  if (zero <= cell.window_low_microsiemens || zero >= cell.window_high_microsiemens)
    reader.fail({"zero_weight_microsiemens", "window_low_microsiemens", "window_high_microsiemens"},
                "expected zero_weight_microsiemens inside the window");
}

}  // namespace

TileConfig read_tile(JsonReader& reader) {
  TileConfig tile;
  tile.crossbar.rows = reader.integer<std::uint32_t>("rows", 2, 4096);
  tile.crossbar.columns = reader.integer<std::uint32_t>("columns", 2, 4096);
  tile.crossbar.read_ns = reader.number("read_ns", 0.1, longest_ns);
  tile.dac = read_dac(reader.object("dac"));
  tile.tia = read_tia(reader.object("tia"));
  tile.adc = read_adc(reader.object("adc"));
  return tile;
}

ResistiveMemoryConfig read_resistive_memory(JsonReader reader, const CrossbarConfig& crossbar,
                                            const std::string& directory) {
  constexpr double most = 1e4;
  ResistiveMemoryConfig memory;
  CellConfig& cell = memory.cell;
  cell.window_low_microsiemens = reader.number("window_low_microsiemens", 0.0, most);
  cell.window_high_microsiemens = reader.number("window_high_microsiemens", 0.0, most);
  memory.zero_weight_microsiemens = reader.number("zero_weight_microsiemens", 0.0, most);
  cell.limit_low_microsiemens = reader.number("limit_low_microsiemens", 0.0, most);
  cell.limit_high_microsiemens = reader.number("limit_high_microsiemens", 0.0, most);
  cell.set_step_microsiemens = reader.number("set_step_microsiemens", 0.001, most);
  cell.reset_step_microsiemens = reader.number("reset_step_microsiemens", 0.001, most);
  cell.cycle_to_cycle = reader.number("cycle_to_cycle", 0.0, 10.0);
  cell.device_to_device = reader.number("device_to_device", 0.0, 5.0);
  cell.read_noise = reader.number("read_noise", 0.0, 1.0);
  cell.endurance_cycles = reader.number("endurance_cycles", 1.0, 1e15);
  cell.retention = read_retention(reader.object("retention"));
  memory.faults = read_faults(reader.object("faults"), crossbar, directory);
  reader.finish();
  check_window(cell, memory.zero_weight_microsiemens, reader);
  return memory;
}

WriteVerifyConfig read_write_verify(JsonReader reader, std::uint32_t columns) {
  WriteVerifyConfig config;
  config.tolerance_microsiemens = reader.number("tolerance_microsiemens", 0.001, 1e4);
  config.reference_tolerance_microsiemens = reader.number("reference_tolerance_microsiemens", 0.001, 1e4);
  config.maximum_cycles = reader.integer<std::uint32_t>("maximum_cycles", 1, 65535);
  config.parallel_cells = reader.integer<std::uint32_t>("parallel_cells", 1, 4096);
  config.pulse_ns = reader.number("pulse_ns", shortest_pulse_ns, longest_ns);
  config.set_volt = reader.number("set_volt", 0.01, 10.0);
  config.reset_volt = reader.number("reset_volt", 0.01, 10.0);
  reader.finish();
  if (config.parallel_cells > columns)
    reader.fail("parallel_cells", "expected at most the cells of a row, /tile/columns = " + std::to_string(columns) +
                                      ", got " + std::to_string(config.parallel_cells));
  return config;
}

}  // namespace palimpsest
