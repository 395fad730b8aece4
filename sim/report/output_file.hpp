#pragma once

#include <string>

namespace palimpsest {

/// Writes `text` to `path` all or nothing: to a temporary file beside it that then takes its place. What is there and
/// is no regular file (a pipe, a device) is written to directly. Throws UserError (model_error) that names the file and
/// the reason; an older file stays untouched then.
void write_file(const std::string& path, const std::string& text);

}  // namespace palimpsest
