#include "sim/config/architecture.hpp"

#include <array>
#include <cmath>
#include <filesystem>

#include "models/physics/energy.hpp"
#include "sim/cli/options.hpp"
#include "sim/run/chip_work.hpp"
#include "sim/run/tolerance_curve.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/fuzz/json_mutator.hpp"

using namespace palimpsest;
using nlohmann::json;

namespace {

constexpr std::array parts{"energy.json", "cell.json", "retention.json", "gpu.json", "map.csv"};

bool is_amount(double number) { return std::isfinite(number) && number >= 0.0; }

// Two cells are written on it.
void check_writing(const Architecture& chip) {
  const TolerancePoint point = tolerance_point(chip, chip.write_verify.tolerance_microsiemens, 2, 1, 1);
  fuzz::expect(point.most_cycles <= chip.write_verify.maximum_cycles, "more pulses than allowed");
  fuzz::expect(is_amount(point.mean_energy_joule) && is_amount(point.mean_seconds), "no energy or time of a write");
}

// Every action once, for a second.
void check_energy(const Architecture& chip) {
  ActionCounts counts;
  counts.dac_updates = counts.word_line_switches = counts.tia_samples = counts.adc_conversions = counts.shift_adds = 1;
  counts.sram_read_words = counts.sram_write_words = counts.sram_busy_cycles = counts.interconnect_words = 1;
  counts.lora_macs = counts.vector_adds = counts.vector_macs = counts.vector_lookups = counts.vector_moves = 1;
  counts.zero_checks = counts.lora_register_bits = 1;
  counts.off_chip_loaded_words = counts.off_chip_stored_words = 1;
  counts.host_words = counts.rm_cells = counts.rm_set_pulses = counts.rm_reset_pulses = counts.rm_verify_reads = 1;
  counts.rm_forming_pulses = counts.rm_write_word_lines = counts.rm_verify_word_lines = 1;
  const ComponentEnergy energy =
      component_energy(chip.energy, energy_parameters(chip, 1, chip.lora_unit.bits), counts, {}, 1.0);
  for (std::size_t component = 0; component < energy.size(); ++component)
    fuzz::expect(is_amount(energy[component]), "no energy of " + std::string(component_descriptions()[component].name));
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  return fuzz::mutate_json(data, size, most, seed);
}

// The input holds the architecture, the files that it names, and the arguments of --set. An input that does not is the
// architecture's file itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  const json input = json::parse(text, nullptr, false);
  const bool described = input.is_object() && input.contains("chip");
  const std::string chip = fuzz::write_file("chip.json", described ? fuzz::text_of(input["chip"]) : text);
  for (const char* part : parts)
    fuzz::write_file(part, described && input.contains(part) ? fuzz::text_of(input[part]) : "");
  std::vector<std::string> settings;
  if (described && input.contains("set"))
    for (const json& setting : input["set"]) settings.push_back(fuzz::text_of(setting));
  Architecture architecture;
  const std::string directory = std::filesystem::path(chip).parent_path();
  const bool accepted = fuzz::accepts(ExitCode::usage_or_architecture, {"--set ", directory + '/'},
                                      [&] { architecture = read_architecture(chip, parse_overrides(settings)); });
  fuzz::count_input(accepted, text);
  if (accepted) {
    check_energy(architecture);
    check_writing(architecture);
  }
  return 0;
}
