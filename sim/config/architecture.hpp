#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/modules/chip_config.hpp"
#include "models/physics/cell.hpp"
#include "models/physics/energy_table.hpp"
#include "models/physics/faults.hpp"
#include "models/physics/lora_mac.hpp"
#include "models/physics/vector_unit.hpp"
#include "models/physics/write_verify.hpp"
#include "sim/config/source_file.hpp"

namespace palimpsest {

/// Faulty cells, and where the fault map speaks of its last tile (file and line): whether the chip has that tile is
/// known with the network.
struct FaultsConfig {
  FaultConfig cells;
  std::string map_file;  ///< empty: no map
  std::string last_tile_place;
};

/// The resistive memory of a chip and how weights are mapped to it.
struct ResistiveMemoryConfig {
  std::string name;            ///< of the cell
  std::string retention_name;  ///< of its retention
  CellConfig cell;
  double zero_weight_microsiemens = 45.0;  ///< conductance of a weight of zero, and of the reference cells
  FaultsConfig faults;
};

/// What becomes of a vector on its way to the tiles of a weight, and of what they give.
struct DataPathConfig {
  bool tile_groups = true;             ///< one fetch for all tiles of a weight, sums behind the converters
  bool adapters_on_broadcast = true;   ///< the LoRA unit gets the vector with the tiles, and its result is added there
  bool fused_functions = true;         ///< elementwise functions of a product are computed there
  bool fused_values = true;            ///< and those of a product and stored values
  bool permutation_by_address = true;  ///< transpositions before and behind products are addresses, no copies
  VectorUnitConfig lanes;              ///< of each tile, behind its converters
};

struct SequencerConfig {
  std::uint32_t samples_in_flight = 2;
};

/// Where the products with the frozen weights are computed when the loss gradient goes back through a layer.
enum class BackwardProducts {
  transposed_read,  ///< on the tiles, columns driven and rows sensed
  digital,          ///< in the LoRA unit, with the weights fetched from off the chip
};

struct TrainingConfig {
  BackwardProducts backward_products = BackwardProducts::transposed_read;
  int gradient_bits = 16;         ///< precision of activation gradients in the SRAM buffer
  int optimizer_state_bits = 32;  ///< precision of parameter gradients, master parameters and optimiser moments
};

/// When the full-parameter baseline writes the arrays.
enum class RewriteUpdate { at_deployment, every_step };
/// What it writes: the trained weights, or what the arrays held plus the trained change.
enum class RewriteTarget { exact, accumulated };

struct RewriteBaselineConfig {
  RewriteUpdate update = RewriteUpdate::at_deployment;
  RewriteTarget target = RewriteTarget::accumulated;
};

/// A GPU as a roofline with launch overhead.
struct GpuConfig {
  std::string name;
  double clock_hz = 0.0;
  double peak_macs_per_second = 0.0;
  double memory_bytes_per_second = 0.0;
  double board_power_watt = 0.0;   ///< while a kernel computes or moves data
  double idle_power_watt = 0.0;    ///< while it waits for the next launch
  double launch_overhead_s = 0.0;  ///< per kernel
  std::uint32_t bytes_per_value = 4;
  std::uint32_t inference_batch = 1;  ///< samples per launch at inference
};

/// One `--set /pointer=value`.
struct Override {
  std::string pointer;
  std::string value;  ///< JSON, or else taken as a string

  std::string text() const { return pointer + "=" + value; }
};

/// Cycles of a digital block that the energy table's delays need more of than the field says.
struct RaisedCycles {
  std::string pointer;
  std::uint32_t cycles = 0;
};

/// What an architecture was read from, enough to read it again.
struct ArchitectureSource {
  std::string file;  ///< the names in it are relative to its directory
  std::vector<Override> overrides;
  std::vector<SourceFile> files;  ///< the architecture file, its tables in a fixed order, the map of faulty cells
  std::string effective;          ///< JSON of every field, tables in place, overrides applied
  std::vector<RaisedCycles> raised;
};

/// Most tiles of a chip.
inline constexpr std::uint32_t most_tiles = 1'048'576;

/// A chip as the architecture file describes it.
struct Architecture {
  std::string name;
  Clock clock;
  std::optional<std::uint32_t> tiles;  ///< empty: as many as the network needs
  TileConfig tile;
  ResistiveMemoryConfig resistive_memory;
  WriteVerifyConfig write_verify;
  SramConfig sram;
  LoraUnitConfig lora_unit;
  VectorUnitConfig vector_unit;
  DataPathConfig data_path;
  InterconnectConfig interconnect;
  HostPortConfig host_port;
  std::optional<OffChipConfig> off_chip;  ///< empty: there is none
  SequencerConfig sequencer;
  double calibration_margin = 1.0;  ///< ranges over the largest magnitudes on the calibration inputs
  TrainingConfig training;
  RewriteBaselineConfig rewrite_baseline;
  GpuConfig gpu;
  std::string energy_name;  ///< of the energy table
  EnergyTable energy;
  ArchitectureSource source;
};

/// Reads an architecture file. A string where an object is expected (`/energy`, `/baselines/gpu`,
/// `/resistive_memory` and its `retention`) names a file that holds the object, relative to the architecture file or
/// else to the shipped tables (shipped_files.hpp); overrides apply to the whole after that. The map of faulty cells is
/// relative to the architecture file. Throws UserError (usage_or_architecture) that names file, JSON pointer or line,
/// and what was expected.
Architecture read_architecture(const std::string& path, const std::vector<Override>& overrides);

/// The architecture that `report` holds, with more overrides: it is read from `recorded.effective`, and of its files
/// only a map of faulty cells is read again, which must be the same. Throws likewise.
Architecture recorded_architecture(const ArchitectureSource& recorded, const std::string& report,
                                   const std::vector<Override>& overrides);

/// Splits `/tile/adc/bits=6`. Throws UserError if there is no `=` or no leading `/`.
Override parse_override(const std::string& text);

}  // namespace palimpsest
