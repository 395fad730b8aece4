#include "sim/config/quantity.hpp"

namespace palimpsest {

const Units& energy_units() {
  static const Units units = {{"fJ", 1e-15}, {"pJ", 1e-12}, {"nJ", 1e-9}, {"uJ", 1e-6}, {"J", 1.0}};
  return units;
}

const Units& power_units() {
  static const Units units = {{"nW", 1e-9}, {"uW", 1e-6}, {"mW", 1e-3}, {"W", 1.0}};
  return units;
}

const Units& power_per_bit_units() {
  static const Units units = {{"fW/bit", 1e-15}, {"pW/bit", 1e-12}, {"nW/bit", 1e-9}};
  return units;
}

const Units& delay_units() {
  static const Units units = {{"ps", 1e-12}, {"ns", 1e-9}, {"us", 1e-6}};
  return units;
}

const Units& delay_per_mm_units() {
  static const Units units = {{"ps/mm", 1e-12}, {"ns/mm", 1e-9}};
  return units;
}

const Units& plain_units() {
  static const Units units = {{"1", 1.0}};
  return units;
}

const Units& capacitance_units() {
  static const Units units = {{"fF", 1e-15}, {"pF", 1e-12}};
  return units;
}

const Units& time_units() {
  static const Units units = {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}};
  return units;
}

const Units& frequency_units() {
  static const Units units = {{"Hz", 1.0}, {"kHz", 1e3}, {"MHz", 1e6}, {"GHz", 1e9}};
  return units;
}

const Units& noise_density_units() {
  static const Units units = {{"nV/rtHz", 1.0}};
  return units;
}

const Units& length_units_in_mm() {
  static const Units units = {{"um", 1e-3}, {"mm", 1.0}};
  return units;
}

const Units& energy_per_bit_units() {
  static const Units units = {{"fJ/bit", 1e-15}, {"pJ/bit", 1e-12}, {"nJ/bit", 1e-9}};
  return units;
}

const Units& energy_per_bit_mm_units() {
  static const Units units = {{"fJ/bit/mm", 1e-15}, {"pJ/bit/mm", 1e-12}, {"nJ/bit/mm", 1e-9}};
  return units;
}

const Units& bandwidth_units() {
  static const Units units = {{"B/s", 1.0}, {"MB/s", 1e6}, {"GB/s", 1e9}, {"TB/s", 1e12}};
  return units;
}

const Units& multiply_accumulate_units() {
  static const Units units = {{"MAC/s", 1.0}, {"GMAC/s", 1e9}, {"TMAC/s", 1e12}};
  return units;
}

double read_quantity(JsonReader& parent, const std::string& key, const Units& units, double smallest, double largest) {
  JsonReader quantity = parent.object(key);
  const auto si_units = quantity.choice<double>("unit", units);
  const double value = quantity.number("value", smallest / si_units, largest / si_units);
  if (quantity.has("range")) {
    const std::vector<double> range = quantity.numbers("range", smallest / si_units, largest / si_units);
    if (range.size() != 2 || range[0] > range[1]) quantity.fail("range", "expected two numbers, the lower one first");
    if (range[0] > value || range[1] < value)
      quantity.fail({"value", "range"},
                    "expected a value within the range that the number's source leaves open; override range as well to "
                    "go beyond");
  }
  read_provenance(quantity);
  quantity.finish();
  return value * si_units;
}

void read_provenance(JsonReader& reader) {
  reader.text("source");
  reader.choice<char>("confidence", {{"S", 'S'}, {"M", 'M'}, {"W", 'W'}});
}

}  // namespace palimpsest
