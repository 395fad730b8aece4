#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace palimpsest::test {

/// An operation as a trace of version 2 describes it; without `outputs` of its own its only output has its name.
inline nlohmann::json operation(const std::string& name, const std::string& kind,
                                const std::vector<std::string>& inputs,
                                nlohmann::json description = nlohmann::json::object()) {
  description["name"] = name;
  description["operation"] = kind;
  description["inputs"] = inputs;
  if (description.count("outputs") == 0) description["outputs"] = nlohmann::json::array({name});
  return description;
}

inline nlohmann::json linear(const std::string& name, const std::string& input, const std::string& weight) {
  return operation(name, "linear", {input}, {{"weight", weight}, {"bias", nullptr}});
}

}  // namespace palimpsest::test
