#include "sim/config/fault_reader.hpp"
#include "tests/fuzz/harness.hpp"

using namespace palimpsest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  const std::string map = fuzz::write_file("map.csv", text);
  CrossbarConfig crossbar;
  crossbar.rows = 64;
  crossbar.columns = 32;
  const JsonDocument document({{"stuck_low_share", 0.0}, {"stuck_high_share", 0.0}, {"map", map}}, "chip",
                              ExitCode::usage_or_architecture);
  FaultsConfig faults;
  // A file that cannot be read is named by its key, what stands in it by its line.
  const bool accepted = fuzz::accepts(ExitCode::usage_or_architecture, {"chip: /map: " + map, map},
                                      [&] { faults = read_faults(JsonReader(document), crossbar, ""); });
  fuzz::count_input(accepted, text);
  if (!accepted) return 0;
  for (const auto& [tile, cells] : faults.cells.map) {
    fuzz::expect(tile <= 1'048'575 && !cells.empty(), "a tile out of range");
    for (const MappedCell& cell : cells)
      fuzz::expect(cell.row < crossbar.rows && cell.column < crossbar.columns && cell.state != CellState::working,
                   "a cell out of range");
  }
  return 0;
}
