#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/physics/actions.hpp"
#include "models/physics/energy_table.hpp"
#include "models/physics/lora_mac.hpp"
#include "models/physics/off_chip.hpp"
#include "models/physics/sram.hpp"
#include "models/physics/tile_config.hpp"

namespace palimpsest {

/// The parts of the chip that energy is reported for.
enum class Component : std::size_t {
  dac,
  word_lines,
  crossbar,
  tia,
  adc,
  shift_add,
  rm_write,
  rm_verify,
  sram,
  interconnect,
  lora_unit,
  vector_unit,
  host_port,
  off_chip,
  leakage,
  static_power,
  count
};

inline constexpr std::size_t component_count = static_cast<std::size_t>(Component::count);

struct ComponentDescription {
  std::string_view name;
  std::string_view meaning;
};

/// Name and meaning of every component, in the order of the enumeration.
const std::array<ComponentDescription, component_count>& component_descriptions();

/// Joule per component.
using ComponentEnergy = std::array<double, component_count>;

/// Energy that depends on voltages and conductances and not only on counts, joule.
struct AnalogueEnergy {
  double crossbar_read = 0.0;  ///< what the supply delivers to drive arrays during reads
  double write_pulses = 0.0;   ///< what the drivers' supply delivers to forming, SET and RESET pulses: V_supply I t
  double verify_reads = 0.0;   ///< the same for verify reads
};

/// What of an analogue energy becomes heat in cells, access transistors and wires, V^2 G t, joule; the rest does in
/// drivers and amplifiers.
struct Dissipation {
  double crossbar = 0.0;
  double rm_write = 0.0;
  double rm_verify = 0.0;
};

/// Energy of one conversion by the survey fit of arXiv 2404.06553 (Accelergy's ADC model), joule: `node_nm` of the
/// process, `bits` taken as the effective number, `conversions_per_second` of one converter. The fit rises again below
/// about 4 bits, where it has no data; there the least energy of any higher resolution is taken.
double adc_survey_energy_joule(double node_nm, int bits, double conversions_per_second);

/// A bank of `kib`, interpolated between the table's sizes on logarithmic axes. `kib` lies within them or is the only
/// one.
EnergyTable::SramBank sram_bank_of(const EnergyTable& table, double kib);

/// What the energy of a stage depends on besides the table.
struct EnergyParameters {
  TileConfig tile;
  std::uint64_t tiles = 0;  ///< of the chip, those without weights included
  SramConfig sram;
  int mac_bits = 8;  ///< precision of the LoRA unit's multiply-accumulates in this stage
  LoraUnitConfig lora_unit;
  std::uint64_t lanes = 0;         ///< of all tiles and of the vector unit
  double clock_seconds = 0.0;      ///< period of the clock
  double word_line_volt = 3.3;     ///< during write pulses
  double write_supply_volt = 3.3;  ///< of the write drivers
  OffChipConfig off_chip;          ///< takes nothing where it moves nothing
};

/// Energy of one code put on one driven line in a pass: a buffer, and an array of one unit capacitor per level of the
/// bits that the pass carries. Of a spike: with one bit.
double dac_update_joule(const EnergyTable& table, const TileConfig& tile, LineInputs inputs = LineInputs::codes);

/// Energy of a bit written into the registers of a processing element of the LoRA unit, or read from them. The table
/// has it for 1,024 bits and fewer; beyond these it grows with their root, as the lines do that a bit goes along.
double register_bit_joule(const EnergyTable& table, const LoraUnitConfig& unit);

/// Actions x table + data-dependent analogue energy + leakage and static power x time. A word line takes C V^2, and so
/// does a write driver. A verify read is one DAC update, one TIA sample and one conversion on top of its cell; with the
/// word line of its group it is reported under `rm_verify`. An off-chip memory is in standby for the time of a stage
/// that moves words through it, else it is off. `seconds` >= 0 is the time of the stage; a bank that does not serve
/// leaks the configured share of its leakage.
ComponentEnergy component_energy(const EnergyTable& table, const EnergyParameters& parameters,
                                 const ActionCounts& counts, const AnalogueEnergy& analogue, double seconds);

}  // namespace palimpsest
