#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "sim/error.hpp"

namespace palimpsest {

/// Parses JSON text. Beside the grammar it refuses what nlohmann::json lets pass: an object with the same key twice (it
/// would keep the last), and nesting deeper than 64. Throws UserError with `code`; the message begins with `label` (a
/// file, say) and names line and column, or the JSON pointer.
nlohmann::json parse_json(std::string_view text, const std::string& label, ExitCode code);

/// One step of a JSON pointer (RFC 6901): `/` and `~` of a key are escaped.
std::string pointer_step(std::string_view key);

}  // namespace palimpsest
