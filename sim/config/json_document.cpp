#include "sim/config/json_document.hpp"

#include <utility>

#include "sim/config/input_file.hpp"
#include "sim/config/json_syntax.hpp"
#include "sim/config/one_line.hpp"

namespace palimpsest {

JsonDocument::JsonDocument(nlohmann::json value, std::string label, ExitCode code)
    : value_(std::move(value)), code_(code), origins_{{"", std::move(label)}} {}

JsonDocument JsonDocument::read(const std::string& path, ExitCode code) {
  return {parse_json(read_text_file(path, code), path, code), path, code};
}

void JsonDocument::attribute(std::string pointer, std::string label) {
  origins_.push_back({std::move(pointer), std::move(label)});
}

std::size_t JsonDocument::attribution(const std::string& pointer) const {
  for (std::size_t i = origins_.size() - 1; i > 0; --i) {
    const std::string& above = origins_[i].pointer;
    const bool inside = pointer.compare(0, above.size(), above) == 0;
    if (inside && (pointer.size() == above.size() || pointer[above.size()] == '/')) return i;
  }
  return 0;
}

void JsonDocument::fail(const std::string& pointer, const std::string& message) const {
  const Origin& origin = origins_[attribution(pointer)];
  const std::string rest = pointer.substr(origin.pointer.size());
  throw UserError(code_, one_line(origin.label + ": " + (rest.empty() ? "" : rest + ": ") + message));
}

}  // namespace palimpsest
