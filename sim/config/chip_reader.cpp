#include "sim/config/chip_reader.hpp"

#include "sim/config/block_delays.hpp"
#include "sim/config/cell_reader.hpp"
#include "sim/config/energy_table_reader.hpp"
#include "sim/config/gpu_reader.hpp"
#include "sim/config/off_chip_reader.hpp"
#include "sim/config/programmer_reader.hpp"
#include "sim/config/tile_reader.hpp"

namespace palimpsest {
namespace {

SramConfig read_sram(JsonReader reader) {
  SramConfig sram;
  sram.banks = reader.integer<std::uint32_t>("banks", 1, 4096);
  sram.bank_kib = reader.integer<std::uint32_t>("bank_kib", 1, 65536);
  sram.word_bits = reader.integer<std::uint32_t>("word_bits", 8, 1024);
  sram.line_words = reader.integer<std::uint32_t>("line_words", 1, 65536);
  sram.access_cycles = reader.integer<std::uint32_t>("access_cycles", 1, most_cycles);
  sram.activation_bits = reader.integer("activation_bits", fewest_grid_bits, 22);
  sram.idle_leakage_share = reader.number("idle_leakage_share", 0.01, 1.0);
  sram.wake_cycles = reader.integer<std::uint32_t>("wake_cycles", 0, most_cycles);
  reader.finish();
  if (sram.idle_leakage_share < 1.0 && sram.wake_cycles == 0)
    reader.fail({"wake_cycles", "idle_leakage_share"}, "expected at least 1 cycle where idle banks are gated");
  if (sram.word_bits % 8 != 0)
    reader.fail("word_bits", "expected a multiple of 8, got " + std::to_string(sram.word_bits));
  if (std::uint64_t{1024} * sram.bank_kib % line_bytes(sram) != 0)
    reader.fail({"line_words", "word_bits", "bank_kib"},
                "expected a bank to hold a whole number of lines, got lines of " + std::to_string(line_bytes(sram)) +
                    " bytes in " + std::to_string(sram.bank_kib) + " KiB");
  return sram;
}

LoraUnitConfig read_lora_unit(JsonReader reader) {
  LoraUnitConfig unit;
  unit.rows = reader.integer<std::uint32_t>("rows", 1, 4096);
  unit.columns = reader.integer<std::uint32_t>("columns", 1, 4096);
  unit.bits = reader.integer("bits", fewest_grid_bits, 22);
  unit.register_bits = reader.integer<std::uint32_t>("register_bits", 0, 1'000'000'000);
  unit.pipeline_cycles = reader.integer<std::uint32_t>("pipeline_cycles", 0, most_cycles);
  reader.finish();
  return unit;
}

VectorUnitConfig read_vector_unit(JsonReader reader) {
  VectorUnitConfig unit;
  unit.lanes = reader.integer<std::uint32_t>("lanes", 1, 65536);
  unit.pipeline_cycles = reader.integer<std::uint32_t>("pipeline_cycles", 0, most_cycles);
  reader.finish();
  return unit;
}

DataPathConfig read_data_path(JsonReader reader) {
  DataPathConfig path;
  path.tile_groups = reader.truth("tile_groups");
  path.adapters_on_broadcast = reader.truth("adapters_on_broadcast");
  path.fused_functions = reader.truth("fused_functions");
  path.fused_values = reader.truth("fused_values");
  path.permutation_by_address = reader.truth("permutation_by_address");
  path.lanes = read_vector_unit(reader.object("lanes_of_tile"));
  reader.finish();
  return path;
}

// An object with one key, which holds an integer.
std::uint32_t read_only_key(JsonReader reader, const char* key, std::uint32_t smallest, std::uint32_t largest) {
  const auto value = reader.integer<std::uint32_t>(key, smallest, largest);
  reader.finish();
  return value;
}

TrainingConfig read_training(JsonReader reader) {
  TrainingConfig training;
  training.backward_products = reader.choice<BackwardProducts>(
      "backward_products",
      {{"transposed_read", BackwardProducts::transposed_read}, {"digital", BackwardProducts::digital}});
  training.gradient_bits = reader.integer("gradient_bits", 1, 32);
  training.optimizer_state_bits = reader.integer("optimizer_state_bits", 1, 64);
  reader.finish();
  return training;
}

RewriteBaselineConfig read_rewrite_baseline(JsonReader reader) {
  RewriteBaselineConfig baseline;
  baseline.update = reader.choice<RewriteUpdate>(
      "update", {{"at_deployment", RewriteUpdate::at_deployment}, {"every_step", RewriteUpdate::every_step}});
  baseline.target = reader.choice<RewriteTarget>(
      "target", {{"exact", RewriteTarget::exact}, {"accumulated", RewriteTarget::accumulated}});
  reader.finish();
  return baseline;
}

std::string number_text(double number) { return nlohmann::json(number).dump(); }

// Energies and delays far outside the table's sizes would be guesses.
void check_bank_size(const JsonReader& energy, const std::vector<EnergyTable::SramBank>& banks, double kib) {
  if (kib < banks.front().kib || kib > banks.back().kib)
    energy.fail("sram_banks", "expected sizes that cover /sram/bank_kib = " + number_text(kib) + ", got " +
                                  number_text(banks.front().kib) + ".." + number_text(banks.back().kib));
}

}  // namespace

Architecture read_chip(JsonReader reader, const std::string& directory) {
  Architecture chip;
  reader.schema("palimpsest.architecture", 3);
  chip.name = reader.text("name");
  chip.clock.period_ps = reader.integer<std::uint64_t>("clock_period_ps", 10, 1'000'000'000);
  JsonReader tile = reader.object("tile");
  chip.tiles = tile.integer_or("count", "auto", 1, most_tiles);
  chip.tile = read_tile(tile);
  tile.finish();
  JsonReader memory = reader.object("resistive_memory");
  chip.resistive_memory = read_resistive_memory(memory, chip.tile.crossbar, directory);
  chip.write_verify =
      read_write_verify(reader.object("programmer"), memory.object("pulses"), chip.tile, chip.resistive_memory.cell);
  memory.finish();
  chip.tile.pulse_ns = chip.write_verify.pulse_ns;
  if (chip.write_verify.forming) chip.tile.forming_ns = chip.write_verify.forming->pulse_ns;
  chip.sram = read_sram(reader.object("sram"));
  chip.lora_unit = read_lora_unit(reader.object("lora_unit"));
  chip.vector_unit = read_vector_unit(reader.object("vector_unit"));
  chip.data_path = read_data_path(reader.object("data_path"));
  chip.interconnect.latency_cycles = read_only_key(reader.object("interconnect"), "latency_cycles", 0, most_cycles);
  chip.host_port.cycles_per_word = read_only_key(reader.object("host_port"), "cycles_per_word", 1, most_cycles);
  chip.off_chip = read_off_chip(reader);
  chip.sequencer.samples_in_flight = read_only_key(reader.object("sequencer"), "samples_in_flight", 1, 1024);
  JsonReader calibration = reader.object("calibration");
  chip.calibration_margin = calibration.number("margin", 0.01, 1000.0);
  calibration.finish();
  chip.training = read_training(reader.object("training"));
  JsonReader baselines = reader.object("baselines");
  chip.rewrite_baseline = read_rewrite_baseline(baselines.object("rm_rewrite"));
  chip.gpu = read_gpu(baselines.object("gpu"));
  baselines.finish();
  JsonReader energy = reader.object("energy");
  chip.energy_name = energy.text("name");
  chip.energy = read_energy_table(energy);
  reader.finish();
  check_bank_size(energy, chip.energy.sram_banks, chip.sram.bank_kib);
  cover_block_delays(chip);
  return chip;
}

}  // namespace palimpsest
