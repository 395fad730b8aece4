#include "sim/config/fault_reader.hpp"

#include <filesystem>
#include <map>
#include <tuple>

#include "sim/config/csv_rows.hpp"
#include "sim/config/one_line.hpp"

namespace palimpsest {
namespace {

constexpr ExitCode code = ExitCode::usage_or_architecture;
constexpr std::uint32_t last_tile = 1'048'575;

CellState state_of(const CsvRow& row) {
  const std::string& word = row.fields[3];
  if (word == "low") return CellState::stuck_low;
  if (word == "high") return CellState::stuck_high;
  throw UserError(code, row.place + ": expected a state of low or high, got " + one_line(word));
}

void read_map(const std::string& path, const CrossbarConfig& crossbar, FaultsConfig& faults) {
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::string> places;
  for (const CsvRow& row : read_csv(path, "tile,row,column,state", code)) {
    const std::uint32_t tile = row.number(0, "tile", last_tile, code);
    const MappedCell cell{row.number(1, "row", crossbar.rows - 1, code),
                          row.number(2, "column", crossbar.columns - 1, code), state_of(row)};
    const auto [place, is_new] = places.insert({{tile, cell.row, cell.column}, row.place});
    if (!is_new) throw UserError(code, row.place + ": expected every cell once, " + place->second + " has it too");
    faults.cells.map[tile].push_back(cell);
  }
  if (!places.empty()) faults.last_tile_place = places.rbegin()->second;
}

}  // namespace

FaultsConfig read_faults(JsonReader reader, const CrossbarConfig& crossbar, const std::string& directory) {
  FaultsConfig faults;
  faults.cells.stuck_low_share = reader.number("stuck_low_share", 0.0, 1.0);
  faults.cells.stuck_high_share = reader.number("stuck_high_share", 0.0, 1.0);
  const std::optional<std::string> map = reader.text_or_null("map");
  reader.finish();
  if (faults.cells.stuck_low_share + faults.cells.stuck_high_share > 1.0) {
    reader.fail({"stuck_low_share", "stuck_high_share"}, "expected stuck_low_share + stuck_high_share <= 1");
  }
  if (map) read_map((std::filesystem::path(directory) / *map).generic_string(), crossbar, faults);
  return faults;
}

}  // namespace palimpsest
