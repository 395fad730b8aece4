#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace palimpsest {

/// JSON whose keys stay in the order in which they were added.
using Json = nlohmann::ordered_json;

/// Adds unit and meaning of every statistic in `table` to `json`, under `prefix` and its name.
template <class Table>
void describe(Json& json, const std::string& prefix, const Table& table) {
  for (const auto& statistic : table) {
    json[prefix + std::string(statistic.name)] = {{"unit", statistic.unit}, {"meaning", statistic.meaning}};
  }
}

}  // namespace palimpsest
