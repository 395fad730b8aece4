#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sim/run/figures.hpp"

namespace palimpsest {

/// JSON whose keys stay in the order in which they were added.
using Json = nlohmann::ordered_json;

/// The accuracies by name; null where there are none.
Json accuracy_json(const Accuracy& accuracy);

/// Adds unit and meaning of every statistic in `table` to `json`, under `prefix` and its name.
template <class Table>
void describe(Json& json, const std::string& prefix, const Table& table) {
  for (const auto& statistic : table) {
    json[prefix + std::string(statistic.name)] = {{"unit", statistic.unit}, {"meaning", statistic.meaning}};
  }
}

}  // namespace palimpsest
