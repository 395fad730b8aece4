#include "sim/config/energy_table_reader.hpp"

#include <string>

#include "sim/config/quantity.hpp"

namespace palimpsest {
namespace {

// Far above any part on a board; keeps sums of counts times energies finite.
constexpr double largest_joule = 1.0;
constexpr double largest_watt = 1e3;
constexpr double largest_farad = 1e-6;
// Banks are interpolated on logarithmic axes, and 0 joule for a conversion means the survey fit.
constexpr double smallest_joule = 1e-18;
constexpr double smallest_seconds = 1e-12;
constexpr double largest_seconds = 1e-3;

double read_adc_conversion(JsonReader& table) {
  JsonReader conversion = table.object("adc_conversion");
  if (!conversion.has("model"))
    return read_quantity(table, "adc_conversion", energy_units(), smallest_joule, largest_joule);
  conversion.choice<bool>("model", {{"survey_fit", true}});
  read_provenance(conversion);
  conversion.finish();
  return 0.0;
}

// What a bank takes grows with its lines, and so with its size.
void check_rising(const JsonReader& reader, const EnergyTable::SramBank& smaller, const EnergyTable::SramBank& bank) {
  if (bank.kib <= smaller.kib)
    reader.fail("kib", "expected sizes in rising order, got " + std::to_string(bank.kib) + " after " +
                           std::to_string(smaller.kib));
  if (bank.read_joule < smaller.read_joule) reader.fail("read", "expected no less than a smaller bank's");
  if (bank.write_joule < smaller.write_joule) reader.fail("write", "expected no less than a smaller bank's");
  if (bank.access_seconds < smaller.access_seconds) reader.fail("access", "expected no less than a smaller bank's");
}

std::vector<EnergyTable::SramBank> read_sram_banks(JsonReader& table) {
  std::vector<EnergyTable::SramBank> banks;
  for (JsonReader& reader : table.objects("sram_banks")) {
    EnergyTable::SramBank bank;
    bank.kib = reader.number("kib", 0.0625, 65536.0);
    bank.read_joule = read_quantity(reader, "read", energy_units(), smallest_joule, largest_joule);
    bank.write_joule = read_quantity(reader, "write", energy_units(), smallest_joule, largest_joule);
    bank.access_seconds = read_quantity(reader, "access", delay_units(), smallest_seconds, largest_seconds);
    reader.finish();
    if (!banks.empty()) check_rising(reader, banks.back(), bank);
    banks.push_back(bank);
  }
  if (banks.empty()) table.fail("sram_banks", "expected at least one size");
  return banks;
}

}  // namespace

EnergyTable read_energy_table(JsonReader& reader) {
  const auto energy = [&reader](const char* key, double smallest = 0.0) {
    return read_quantity(reader, key, energy_units(), smallest, largest_joule);
  };
  const auto power = [&reader](const char* key) {
    return read_quantity(reader, key, power_units(), 0.0, largest_watt);
  };
  const auto delay = [&reader](const char* key) {
    return read_quantity(reader, key, delay_units(), 0.0, largest_seconds);
  };
  EnergyTable table;
  reader.schema("palimpsest.energy", 3);
  table.node_nm = reader.number("node_nm", 1.0, 1000.0);
  table.adc_conversion_joule = read_adc_conversion(reader);
  table.dac_buffer_joule = energy("dac_buffer");
  table.dac_step_joule = energy("dac_step");
  table.word_line_farad_per_cell = read_quantity(reader, "word_line_per_cell", capacitance_units(), 0.0, largest_farad);
  table.tia_power_watt = power("tia_power");
  table.tia_bandwidth_hz = read_quantity(reader, "tia_bandwidth", frequency_units(), 1.0, 1e12);
  table.tia_noise_nanovolt = read_quantity(reader, "tia_input_noise", noise_density_units(), 0.01, 1e6);
  table.zero_check_joule = energy("zero_check");
  table.dac_static_watt = power("dac_static");
  table.tia_static_watt = power("tia_static");
  table.adc_static_watt = power("adc_static");
  table.shift_add_joule = energy("shift_add");
  table.write_driver_farad = read_quantity(reader, "write_driver_capacitance", capacitance_units(), 0.0, largest_farad);
  // Other widths are extrapolated on logarithmic axes, so these cannot be zero.
  table.mac_8bit_joule = energy("mac_8bit", smallest_joule);
  table.mac_16bit_joule = energy("mac_16bit", smallest_joule);
  table.mac_seconds = delay("mac_delay");
  table.mac_static_watt = power("mac_static");
  table.register_bit_joule = read_quantity(reader, "register_access", energy_per_bit_units(), 0.0, largest_joule);
  table.register_static_watt = read_quantity(reader, "register_static", power_per_bit_units(), 0.0, largest_watt);
  table.vector_add_joule = energy("vector_add");
  table.vector_mac_joule = energy("vector_mac");
  table.vector_lookup_joule = energy("vector_lookup");
  table.vector_move_joule = energy("vector_move");
  table.vector_seconds = delay("vector_delay");
  table.lane_static_watt = power("lane_static");
  table.wire_joule_per_bit_mm = read_quantity(reader, "wire", energy_per_bit_mm_units(), 0.0, largest_joule);
  table.wire_activity = read_quantity(reader, "wire_activity", plain_units(), 0.0, 1.0);
  table.wire_seconds_per_mm = read_quantity(reader, "wire_delay", delay_per_mm_units(), 0.0, largest_seconds);
  table.interconnect_mm = read_quantity(reader, "interconnect_distance", length_units_in_mm(), 0.0, 1e3);
  table.tile_pitch_mm = read_quantity(reader, "tile_pitch", length_units_in_mm(), 0.0, 1e3);
  table.host_word_joule = energy("host_word");
  table.host_word_seconds = delay("host_word_time");
  table.sram_bit_leakage_watt = read_quantity(reader, "sram_leakage", power_per_bit_units(), 0.0, largest_watt);
  table.sram_banks = read_sram_banks(reader);
  reader.finish();
  // A wider multiplier contains the narrower one, and a multiply-accumulate its addition.
  if (table.mac_16bit_joule < table.mac_8bit_joule)
    reader.fail({"mac_16bit", "mac_8bit"}, "expected mac_8bit <= mac_16bit");
  if (table.vector_mac_joule < table.vector_add_joule)
    reader.fail({"vector_mac", "vector_add"}, "expected vector_add <= vector_mac");
  return table;
}

}  // namespace palimpsest
