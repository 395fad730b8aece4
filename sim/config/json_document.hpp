#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/error.hpp"

namespace palimpsest {

/// A JSON value and where its parts come from, so that an error names the file, or the override, that has to be mended.
class JsonDocument {
 public:
  /// `label` is what messages call the document: its file name.
  JsonDocument(nlohmann::json value, std::string label, ExitCode code);

  /// Reads and parses a file. Throws UserError.
  static JsonDocument read(const std::string& path, ExitCode code);

  nlohmann::json& value() { return value_; }
  const nlohmann::json& value() const { return value_; }
  ExitCode code() const { return code_; }

  /// From now on an error at `pointer` or below is reported as `label`, followed by the rest of the pointer.
  void attribute(std::string pointer, std::string label);

  /// Which attribution holds at `pointer`; later ones have larger numbers, 0 is the document itself.
  std::size_t attribution(const std::string& pointer) const;

  /// Throws UserError: `label: pointer: message`, in one line.
  [[noreturn]] void fail(const std::string& pointer, const std::string& message) const;

 private:
  struct Origin {
    std::string pointer;
    std::string label;
  };

  nlohmann::json value_;
  ExitCode code_;
  std::vector<Origin> origins_;
};

}  // namespace palimpsest
