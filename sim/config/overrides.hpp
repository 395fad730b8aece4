#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/config/json_document.hpp"

namespace palimpsest {

/// Refuses a field that is set twice, and a value that is set after a field in it, which would undo that one. The
/// values at the pointers `wholes` are set first wherever they stand, so they may come later. Throws UserError.
void check_overrides(const std::vector<Override>& overrides, const std::vector<std::string>& wholes);

/// Sets each override's value in the document, in order. Throws UserError if a pointer leads nowhere: a key that a file
/// does not have is a slip of the pen.
void apply_overrides(JsonDocument& document, const std::vector<Override>& overrides);

/// Puts the object that a file holds in place of the file's name, if there is a string at `pointer`. The name is
/// relative to `directory`, or else to the shipped tables. Errors below `pointer` then name that file. Returns its
/// path, if there is one. Throws UserError, which names `pointer` too if the file cannot be read.
std::optional<std::string> insert_referenced_file(JsonDocument& document, const std::string& pointer,
                                                  const std::string& directory);

}  // namespace palimpsest
