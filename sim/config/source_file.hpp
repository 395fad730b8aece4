#pragma once

#include <string>

#include "sim/error.hpp"

namespace palimpsest {

/// A file that something was read from, by name and content.
struct SourceFile {
  std::string place;   ///< of an architecture: `architecture` or the pointer of the table; of a trace: its name there
  std::string path;    ///< as it was opened
  std::string sha256;  ///< 64 hexadecimal digits, those of sha256sum
};

/// Digests the file's content. Throws UserError with `code` as InputFile does.
SourceFile source_file(std::string place, std::string path, ExitCode code);

/// The digest of text, in the same form.
std::string sha256_of(const std::string& text);

/// Throws UserError with `code` unless `file` still has the content that `recorded`, read from `report`, tells.
void check_unchanged(const SourceFile& file, const SourceFile& recorded, const std::string& report, ExitCode code);

}  // namespace palimpsest
