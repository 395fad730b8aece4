#include "sim/config/fault_reader.hpp"

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>

#include "sim/config/csv_table.hpp"
#include "sim/config/input_file.hpp"
#include "sim/config/one_line.hpp"

namespace palimpsest {
namespace {

constexpr ExitCode code = ExitCode::usage_or_architecture;
constexpr std::uint32_t last_tile = 1'048'575;

constexpr std::array<std::string_view, 4> header{"tile", "row", "column", "state"};

void check_header(const CsvTable& map) {
  for (std::size_t field = 0; field < header.size(); ++field) {
    if (map.fields() != header.size() || map.text(0, field) != header[field]) {
      map.fail(0, "the header tile,row,column,state", "another one");
    }
  }
}

CellState state_of(const CsvTable& map, std::size_t row) {
  const std::string_view word = map.text(row, 3);
  if (word == "low") return CellState::stuck_low;
  if (word == "high") return CellState::stuck_high;
  map.fail(row, "a state of low or high", std::string(word));
}

void read_map(const std::string& path, const CrossbarConfig& crossbar, FaultsConfig& faults) {
  const CsvTable map(path, code);
  check_header(map);
  const auto number = [&map](std::size_t row, std::size_t field, std::uint32_t largest) {
    return static_cast<std::uint32_t>(map.whole_number(row, field, 0, largest));
  };
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::size_t> lines;
  for (std::size_t row = 1; row < map.rows(); ++row) {
    const std::uint32_t tile = number(row, 0, last_tile);
    const MappedCell cell{number(row, 1, crossbar.rows - 1), number(row, 2, crossbar.columns - 1), state_of(map, row)};
    const auto [earlier, is_new] = lines.insert({{tile, cell.row, cell.column}, row + 1});
    if (!is_new) map.fail(row, "every cell once", "that of line " + std::to_string(earlier->second) + " again");
    faults.cells.map[tile].push_back(cell);
  }
  if (!lines.empty()) faults.last_tile_place = one_line(path) + ":" + std::to_string(lines.rbegin()->second);
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
  if (map) {
    faults.map_file = (std::filesystem::path(directory) / *map).generic_string();
    try {
      InputFile(faults.map_file, code);
    } catch (const UserError& error) {
      reader.fail("map", error.what());
    }
    read_map(faults.map_file, crossbar, faults);
  }
  return faults;
}

}  // namespace palimpsest
