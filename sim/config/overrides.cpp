#include "sim/config/overrides.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "sim/config/input_file.hpp"
#include "sim/config/json_syntax.hpp"
#include "sim/config/one_line.hpp"
#include "sim/config/shipped_files.hpp"

namespace palimpsest {
namespace {

using nlohmann::json;

std::string label_of(const Override& setting) { return "--set " + setting.text(); }

[[noreturn]] void fail(const Override& setting, const std::string& message) {
  throw UserError(ExitCode::usage_or_architecture, one_line(label_of(setting) + ": " + message));
}

std::vector<std::string> pointer_steps(const Override& setting) {
  if (setting.pointer.empty() || setting.pointer[0] != '/') fail(setting, "expected a pointer that begins with /");
  std::vector<std::string> steps;
  for (const char character : setting.pointer) {
    if (character == '/')
      steps.emplace_back();
    else
      steps.back() += character;
  }
  for (std::string& step : steps) {
    for (std::size_t tilde = step.find('~'); tilde != std::string::npos; tilde = step.find('~', tilde + 1)) {
      const char code = tilde + 1 < step.size() ? step[tilde + 1] : '\0';
      if (code != '0' && code != '1') fail(setting, "expected ~0 or ~1 after ~ in the pointer");
      step.replace(tilde, 2, code == '0' ? "~" : "/");
    }
  }
  return steps;
}

std::string contents(const json& value) {
  if (value.is_array() && value.empty()) return "is an empty array";
  if (value.is_array()) return "has elements 0.." + std::to_string(value.size() - 1);
  if (!value.is_object()) return "is a single value";
  std::string keys;
  for (const auto& [key, child] : value.items()) keys += (keys.empty() ? "has " : ", ") + key;
  return keys;
}

json* child_of(json& parent, const std::string& step) {
  if (parent.is_object()) {
    const auto found = parent.find(step);
    return found == parent.end() ? nullptr : &*found;
  }
  // Nine digits fit every index and cannot overflow.
  const bool is_index = !step.empty() && step.size() <= 9 && (step == "0" || step[0] != '0') &&
                        std::all_of(step.begin(), step.end(), [](char digit) { return digit >= '0' && digit <= '9'; });
  if (!parent.is_array() || !is_index) return nullptr;
  const std::size_t index = std::stoul(step);
  return index < parent.size() ? &parent[index] : nullptr;
}

json& existing_value(JsonDocument& document, const Override& setting) {
  json* value = &document.value();
  std::string parent;
  for (const std::string& step : pointer_steps(setting)) {
    json* child = child_of(*value, step);
    if (child == nullptr)
      fail(setting, "no such key; " + (parent.empty() ? "the file" : parent) + " " + contents(*value));
    parent += '/' + pointer_step(step);
    value = child;
  }
  return *value;
}

}  // namespace

Override parse_override(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || text[0] != '/')
    throw UserError(ExitCode::usage_or_architecture,
                    one_line("--set " + text + ": expected /pointer=value, like /tile/adc/bits=6"));
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void check_overrides(const std::vector<Override>& overrides, const std::vector<std::string>& wholes) {
  std::vector<std::vector<std::string>> steps;
  for (const Override& setting : overrides) {
    std::vector<std::string> later = pointer_steps(setting);
    const bool whole = std::find(wholes.begin(), wholes.end(), setting.pointer) != wholes.end();
    for (std::size_t number = 0; number < steps.size(); ++number) {
      const std::vector<std::string>& earlier = steps[number];
      if (earlier == later) fail(setting, "expected each field once, got " + label_of(overrides[number]) + " before");
      const bool replaces =
          earlier.size() > later.size() && std::equal(later.begin(), later.end(), earlier.begin()) && !whole;
      if (replaces) fail(setting, "would undo " + label_of(overrides[number]) + "; expected it before that");
    }
    steps.push_back(std::move(later));
  }
}

void apply_overrides(JsonDocument& document, const std::vector<Override>& overrides) {
  for (const Override& setting : overrides) {
    json& value = existing_value(document, setting);
    const std::string label = label_of(setting);
    value = json::accept(setting.value) ? parse_json(setting.value, label, document.code()) : json(setting.value);
    document.attribute(setting.pointer, label);
  }
}

std::optional<std::string> insert_referenced_file(JsonDocument& document, const std::string& pointer,
                                                  const std::string& directory) {
  const json::json_pointer place(pointer);
  if (!document.value().contains(place) || !document.value()[place].is_string()) return std::nullopt;
  std::string path = table_path(directory, document.value()[place].get<std::string>());
  try {
    InputFile(path, document.code());
  } catch (const UserError& error) {
    document.fail(pointer, error.what());
  }
  document.value()[place] = JsonDocument::read(path, document.code()).value();
  document.attribute(pointer, path);
  return path;
}

}  // namespace palimpsest
