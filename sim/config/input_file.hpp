#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>

#include "sim/error.hpp"

namespace palimpsest {

/// A file that a user named: regular, readable and not empty, or a UserError with `code` says in one line what is
/// wrong.
class InputFile {
 public:
  InputFile(std::string path, ExitCode code);

  std::uint64_t size() const { return size_; }

  /// Copies the bytes [offset, offset + bytes), which must lie in the file, to `destination`. Throws UserError if they
  /// cannot be read.
  void read(std::uint64_t offset, char* destination, std::size_t bytes);

 private:
  std::string path_;
  ExitCode code_;
  std::ifstream stream_;
  std::uint64_t size_ = 0;
};

/// The whole of a text file. Throws UserError as InputFile does, and if the file is larger than 64 MiB.
std::string read_text_file(const std::string& path, ExitCode code);

}  // namespace palimpsest
