#include "sim/config/cell_reader.hpp"

#include "models/physics/access_transistor.hpp"
#include "sim/config/fault_reader.hpp"
#include "sim/config/pulse_range.hpp"
#include "sim/config/retention_reader.hpp"

namespace palimpsest {
namespace {

constexpr double most_microsiemens = 1e4;
// With the largest amplitude a step is multiplied by e^500 then, which a double still holds.
constexpr double smallest_volts_per_e_fold = 0.02;

SoftBoundConfig read_soft_bound(JsonReader reader) {
  SoftBoundConfig cell;
  cell.set_step_microsiemens = reader.number("set_step_microsiemens", 0.001, most_microsiemens);
  cell.reset_step_microsiemens = reader.number("reset_step_microsiemens", 0.001, most_microsiemens);
  cell.set_nominal_volt = reader.number("set_nominal_volt", smallest_pulse_volt, largest_pulse_volt);
  cell.reset_nominal_volt = reader.number("reset_nominal_volt", smallest_pulse_volt, largest_pulse_volt);
  cell.volts_per_e_fold = reader.number("volts_per_e_fold", smallest_volts_per_e_fold, 10.0);
  cell.cycle_to_cycle = reader.number("cycle_to_cycle", 0.0, 10.0);
  cell.device_to_device = reader.number("device_to_device", 0.0, 5.0);
  reader.finish();
  return cell;
}

GateControlledConfig read_gate_controlled(JsonReader reader) {
  GateControlledConfig cell;
  cell.threshold_volt = reader.number("threshold_volt", 0.0, largest_pulse_volt);
  cell.slope_microsiemens_per_volt = reader.number("slope_microsiemens_per_volt", 0.001, 1e6);
  cell.landing_noise_microsiemens = reader.number("landing_noise_microsiemens", 0.0, most_microsiemens);
  cell.device_to_device = reader.number("device_to_device", 0.0, 5.0);
  cell.compliance_volt = reader.number("compliance_volt", smallest_pulse_volt, largest_pulse_volt);
  cell.reset_microsiemens = reader.number("reset_microsiemens", 0.001, most_microsiemens);
  cell.reset_spread = reader.number("reset_spread", 0.0, 5.0);
  reader.finish();
  return cell;
}

void check_window(const CellConfig& cell, double zero, const JsonReader& reader) {
  if (cell.window_low_microsiemens >= cell.window_high_microsiemens)
    reader.fail({"window_low_microsiemens", "window_high_microsiemens"},
                "expected window_low_microsiemens < window_high_microsiemens");
  const double ohm = cell.access_transistor_ohm;
  if (conductance_through(ohm, cell.limit_low_microsiemens) > cell.window_low_microsiemens)
    reader.fail({"limit_low_microsiemens", "window_low_microsiemens", "access_transistor_ohm"},
                "expected limit_low_microsiemens, as read through the access transistor, <= window_low_microsiemens");
  if (conductance_through(ohm, cell.limit_high_microsiemens) < cell.window_high_microsiemens)
    reader.fail({"limit_high_microsiemens", "window_high_microsiemens", "access_transistor_ohm"},
                "expected window_high_microsiemens <= limit_high_microsiemens as read through the access transistor");
  if (zero <= cell.window_low_microsiemens || zero >= cell.window_high_microsiemens)
    reader.fail({"zero_weight_microsiemens", "window_low_microsiemens", "window_high_microsiemens"},
                "expected zero_weight_microsiemens inside the window");
}

}  // namespace

ResistiveMemoryConfig read_resistive_memory(JsonReader& reader, const CrossbarConfig& crossbar,
                                            const std::string& directory) {
  ResistiveMemoryConfig memory;
  reader.schema("palimpsest.cell", 1);
  memory.name = reader.text("name");
  CellConfig& cell = memory.cell;
  cell.window_low_microsiemens = reader.number("window_low_microsiemens", 0.0, most_microsiemens);
  cell.window_high_microsiemens = reader.number("window_high_microsiemens", 0.0, most_microsiemens);
  memory.zero_weight_microsiemens = reader.number("zero_weight_microsiemens", 0.0, most_microsiemens);
  cell.limit_low_microsiemens = reader.number("limit_low_microsiemens", 0.0, most_microsiemens);
  cell.limit_high_microsiemens = reader.number("limit_high_microsiemens", 0.0, most_microsiemens);
  cell.update = reader.choice<CellUpdate>(
      "update", {{"soft_bound", CellUpdate::soft_bound}, {"gate_controlled", CellUpdate::gate_controlled}});
  if (cell.update == CellUpdate::soft_bound)
    cell.soft_bound = read_soft_bound(reader.object("soft_bound"));
  else
    cell.gate_controlled = read_gate_controlled(reader.object("gate_controlled"));
  cell.read_noise = reader.number("read_noise", 0.0, 1.0);
  cell.nonlinearity_volt = reader.number_or("nonlinearity_volt", "linear", 0.01, 1000.0);
  cell.access_transistor_ohm = reader.number("access_transistor_ohm", 0.0, 1e6);
  cell.endurance_cycles = reader.number("endurance_cycles", 1.0, 1e15);
  JsonReader retention = reader.object("retention");
  memory.retention_name = retention.text("name");
  cell.retention = read_retention(retention);
  memory.faults = read_faults(reader.object("faults"), crossbar, directory);
  check_window(cell, memory.zero_weight_microsiemens, reader);
  return memory;
}

}  // namespace palimpsest
