#include "sim/report/json_parts.hpp"

#include "sim/report/statistics.hpp"

namespace palimpsest {

Json accuracy_json(const Accuracy& accuracy) {
  Json json = Json::object();
  for (const auto& statistic : accuracy_statistics) {
    const std::optional<double>& share = accuracy.*statistic.member;
    json[std::string(statistic.name)] = share ? Json(*share) : Json(nullptr);
  }
  return json;
}

}  // namespace palimpsest
