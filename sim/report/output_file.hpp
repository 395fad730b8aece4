#pragma once

#include <string>
#include <vector>

namespace palimpsest {

/// Writes `text` to `path` all or nothing: to a temporary file beside it that then takes its place. What is there and
/// is no regular file (a pipe, a device) is written to directly. Throws UserError (model_error) that names the file and
/// the reason; an older file stays untouched then.
void write_file(const std::string& path, const std::string& text);

struct OutputFile {
  std::string path;
  std::string text;
};

/// Writes all of `files` or none: no file takes its place before every one is on the disk.
void write_files(const std::vector<OutputFile>& files);

}  // namespace palimpsest
