#include "sim/config/energy_table_reader.hpp"

#include <string>

#include "sim/config/quantity.hpp"

namespace palimpsest {
namespace {

// Far above any part on a board; keeps sums of counts times energies finite.
constexpr double largest_joule = 1.0;
constexpr double largest_watt = 1e3;
// Banks are interpolated on logarithmic axes, and 0 joule for a conversion means the survey fit.
constexpr double smallest_joule = 1e-18;
constexpr double smallest_watt = 1e-12;

double read_adc_conversion(JsonReader& table) {
  JsonReader conversion = table.object("adc_conversion");
  if (!conversion.has("model"))
    return read_quantity(table, "adc_conversion", energy_units(), smallest_joule, largest_joule);
  conversion.choice<bool>("model", {{"survey_fit", true}});
  read_provenance(conversion);
  conversion.finish();
  return 0.0;
}

std::vector<EnergyTable::SramBank> read_sram_banks(JsonReader& table) {
  std::vector<EnergyTable::SramBank> banks;
  for (JsonReader& reader : table.objects("sram_banks")) {
    EnergyTable::SramBank bank;
    bank.kib = reader.number("kib", 0.0625, 65536.0);
    if (!banks.empty() && bank.kib <= banks.back().kib)
      reader.fail("kib", "expected sizes in rising order, got " + std::to_string(bank.kib) + " after " +
                             std::to_string(banks.back().kib));
    bank.read_joule = read_quantity(reader, "read", energy_units(), smallest_joule, largest_joule);
    bank.write_joule = read_quantity(reader, "write", energy_units(), smallest_joule, largest_joule);
    bank.leakage_watt = read_quantity(reader, "leakage", power_units(), smallest_watt, largest_watt);
    reader.finish();
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
  EnergyTable table;
  reader.schema("palimpsest.energy", 1);
  table.node_nm = reader.number("node_nm", 1.0, 1000.0);
  table.adc_conversion_joule = read_adc_conversion(reader);
  table.dac_update_joule = energy("dac_update");
  table.word_line_switch_joule = energy("word_line_switch");
  table.tia_sample_joule = energy("tia_sample");
  table.shift_add_joule = energy("shift_add");
  table.write_driver_joule = energy("write_driver_pulse");
  // Other widths are extrapolated on logarithmic axes, so these cannot be zero.
  table.mac_8bit_joule = energy("mac_8bit", smallest_joule);
  table.mac_16bit_joule = energy("mac_16bit", smallest_joule);
  table.vector_operation_joule = energy("vector_operation");
  table.wire_joule_per_bit_mm = read_quantity(reader, "wire", energy_per_bit_mm_units(), 0.0, largest_joule);
  table.interconnect_mm = read_quantity(reader, "interconnect_distance", length_units_in_mm(), 0.0, 1e3);
  table.host_word_joule = energy("host_word");
  table.sram_banks = read_sram_banks(reader);
  reader.finish();
  return table;
}

}  // namespace palimpsest
