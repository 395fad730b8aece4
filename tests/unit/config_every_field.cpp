#include <catch2/catch.hpp>
#include <filesystem>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "sim/config/quantity.hpp"
#include "tests/support/command.hpp"
#include "tests/support/every_field.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace palimpsest;
using namespace palimpsest::test;
using nlohmann::json;

namespace {

using Pointer = json::json_pointer;

json shipped_json(const std::string& file) { return json::parse(file_content(shipped("arch/" + file))); }

/// The shipped chip with `cell`, the files that it names in place of their names.
json whole_chip(const std::string& cell) {
  json chip = shipped_json("rm180.json");
  chip["resistive_memory"] = shipped_json(cell);
  for (const char* reference : {"/resistive_memory/retention", "/baselines/gpu", "/energy"}) {
    json& place = chip[Pointer(reference)];
    place = shipped_json(place.get<std::string>());
  }
  // Two sizes, to be overwritten by every field's own values.
  json& banks = chip["energy"]["sram_banks"];
  banks = json::array({banks.at(0), banks.at(1)});
  chip["programmer"]["forming"] = {{"volt", 1}, {"pulse_ns", 1}, {"current_microampere", 1}};
  return chip;
}

Architecture read(json chip, const std::vector<ArchitectureField>& fields) {
  const TemporaryDirectory directory;
  for (const ArchitectureField& field : fields) {
    INFO(field.pointer);
    REQUIRE(chip.contains(Pointer(field.pointer)));
    chip[Pointer(field.pointer)] = field.written;
  }
  return read_architecture(directory.write("chip.json", chip.dump()), {});
}

void check_read(const Architecture& chip, const std::vector<ArchitectureField>& fields) {
  for (const ArchitectureField& field : fields) {
    INFO(field.pointer);
    const json found = field.read(chip);
    if (field.expected.is_number())
      CHECK(found.get<double>() == Approx(field.expected.get<double>()).epsilon(1e-12).margin(0.0));
    else
      CHECK(found == field.expected);
  }
}

std::vector<ArchitectureField> all_fields() {
  std::vector<ArchitectureField> all = every_field();
  all.insert(all.end(), soft_bound_fields().begin(), soft_bound_fields().end());
  return all;
}

/// The pointers in the tables of arch/README.md, each below the pointer of its section's object.
std::set<std::string> documented_pointers() {
  const std::map<std::string, std::string> sections{{"Architecture", ""},
                                                    {"Cell", "/resistive_memory"},
                                                    {"Retention", "/resistive_memory/retention"},
                                                    {"Energy table", "/energy"},
                                                    {"GPU", "/baselines/gpu"}};
  std::set<std::string> pointers;
  std::istringstream readme(file_content(shipped("arch/README.md")));
  std::string section;
  for (std::string line; std::getline(readme, line);) {
    if (line.rfind("## ", 0) == 0) section = line.substr(3);
    if (line.rfind("| `/", 0) == 0) pointers.insert(sections.at(section) + line.substr(3, line.find('`', 3) - 3));
  }
  return pointers;
}

/// `N` in a documented pointer stands for an index.
std::string with_first_index(std::string pointer) {
  const std::size_t index = pointer.find("/N/");
  return index == std::string::npos ? pointer : pointer.replace(index, 3, "/0/");
}

bool is_in(const std::vector<ArchitectureField>& fields, const std::string& pointer) {
  for (const ArchitectureField& field : fields) {
    if (field.pointer == pointer || field.pointer.rfind(pointer + "/", 0) == 0) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("Every field of an architecture is read into its own place") {
  check_read(read(whole_chip("cells/gate.json"), every_field()), every_field());
}

TEST_CASE("Every field of a soft-bound cell is read into its own place") {
  std::vector<ArchitectureField> fields = soft_bound_fields();
  for (const ArchitectureField& field : every_field()) {
    const bool of_gated_cells =
        field.pointer.find("/gate_") != std::string::npos || field.pointer.find("/restart_steps") != std::string::npos;
    if (!of_gated_cells) fields.push_back(field);
  }
  check_read(read(whole_chip("cells/jumping.json"), fields), fields);
}

TEST_CASE("No two fields of the fixture are alike, and none is as a reader would leave it or as it is shipped") {
  std::map<double, std::string> seen;
  const json gate = whole_chip("cells/gate.json");
  const json jumping = whole_chip("cells/jumping.json");
  for (const ArchitectureField& field : all_fields()) {
    INFO(field.pointer);
    const json& chip = gate.contains(Pointer(field.pointer)) ? gate : jumping;
    CHECK(chip.at(Pointer(field.pointer)) != field.written);
    CHECK(field.read(Architecture{}) != field.expected);
    if (!field.expected.is_number()) continue;
    const auto [earlier, is_new] = seen.insert({field.expected.get<double>(), field.pointer});
    INFO(earlier->second);
    CHECK(is_new);
  }
}

TEST_CASE("The fixture has every field that arch/README.md tells of") {
  const std::vector<ArchitectureField> fields = all_fields();
  const std::set<std::string> documented = documented_pointers();
  // Read by tests of their own: config_architecture, config_faults. The fields of a cell show that its update was read.
  const std::set<std::string> elsewhere{"/resistive_memory/update", "/resistive_memory/faults/map"};
  CHECK(documented.size() > 130);
  for (const std::string& pointer : documented) {
    const std::string last = pointer.substr(pointer.rfind('/'));
    if (last == "/schema" || last == "/version" || elsewhere.count(pointer) == 1) continue;
    INFO(pointer);
    CHECK(is_in(fields, with_first_index(pointer)));
  }
}

TEST_CASE("Every word of a choice is read as what it names") {
  const auto chosen = [](const std::string& setting) {
    return read_architecture(shipped("arch/rm180.json"), {parse_override(setting)});
  };
  CHECK(chosen("/tile/mapping/inputs=bit_serial").tile.mapping.inputs == InputEncoding::bit_serial);
  CHECK(chosen("/tile/mapping/inputs=bipolar").tile.mapping.inputs == InputEncoding::bipolar);
  CHECK(chosen("/tile/mapping/weights=offset").tile.mapping.weights == WeightEncoding::offset);
  CHECK(chosen("/tile/mapping/scale=kept").tile.mapping.scale == WeightScale::kept);
  CHECK(chosen("/tile/mapping/depthwise_convolutions=vector_unit").tile.mapping.depthwise_convolutions ==
        DepthwiseConvolutions::vector_unit);
  CHECK(chosen("/tile/wires/ir_drop=off").tile.ir_drop == IrDropModel::off);
  CHECK(chosen("/tile/wires/ir_drop=exact").tile.ir_drop == IrDropModel::exact);
  CHECK(chosen("/tile/sensing/kind=transimpedance").tile.sensing.kind == SensingKind::transimpedance);
  CHECK(chosen("/tile/adc/full_scale_volt=per_tile").tile.adc.range == AdcRange::per_tile);
  CHECK(chosen("/tile/adc/full_scale_volt=per_layer").tile.adc.range == AdcRange::per_layer);
  CHECK(chosen("/tile/adc/full_scale_volt=0.5").tile.adc.range == AdcRange::fixed);
  CHECK(chosen("/programmer/method=write_verify").write_verify.method == WriteMethod::write_verify);
  CHECK(chosen("/resistive_memory=cells/jumping.json").write_verify.pulse.schedule == PulseSchedule::fixed);
}

TEST_CASE("Every unit is its prefix times its base") {
  const std::map<char, double> prefixes{{'f', 1e-15}, {'p', 1e-12}, {'n', 1e-9}, {'u', 1e-6}, {'m', 1e-3},
                                        {'k', 1e3},   {'M', 1e6},   {'G', 1e9},  {'T', 1e12}};
  const auto check = [&](const Units& units, const std::string& base, double of_base = 1.0) {
    CHECK_FALSE(units.empty());
    for (const auto& [name, size] : units) {
      INFO(name);
      if (name == base) {
        CHECK(size == of_base);
      } else {
        CHECK(name.substr(1) == base);
        CHECK(size == Approx(prefixes.at(name.front()) * of_base).epsilon(1e-12));
      }
    }
  };
  check(energy_units(), "J");
  check(power_units(), "W");
  check(power_per_bit_units(), "W/bit");
  check(capacitance_units(), "F");
  check(time_units(), "s");
  check(delay_units(), "s");
  check(delay_per_mm_units(), "s/mm");
  check(frequency_units(), "Hz");
  check(noise_density_units(), "V/rtHz", 1e9);
  check(length_units_in_mm(), "m", 1e3);
  check(energy_per_bit_mm_units(), "J/bit/mm");
  check(bandwidth_units(), "B/s");
  check(multiply_accumulate_units(), "MAC/s");
  check(plain_units(), "1");
}

TEST_CASE("Each part of the data path is switched by its own field") {
  bool DataPathConfig::*const parts[] = {&DataPathConfig::tile_groups, &DataPathConfig::adapters_on_broadcast,
                                         &DataPathConfig::fused_functions, &DataPathConfig::fused_values,
                                         &DataPathConfig::permutation_by_address};
  const char* const names[] = {"tile_groups", "adapters_on_broadcast", "fused_functions", "fused_values",
                               "permutation_by_address"};
  for (std::size_t off = 0; off < std::size(parts); ++off) {
    const Architecture chip = read_architecture(shipped("arch/rm180.json"),
                                                {parse_override(std::string("/data_path/") + names[off] + "=false")});
    for (std::size_t part = 0; part < std::size(parts); ++part) {
      INFO(names[off] << " off, " << names[part]);
      CHECK(chip.data_path.*parts[part] == (part != off));
    }
  }
}
