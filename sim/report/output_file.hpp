#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/error.hpp"

namespace palimpsest {

class OutputFile;

/// A file cannot be written.
class WriteError : public UserError {
 public:
  using UserError::UserError;
};

/// The files that a command writes, opened before its work: a name that cannot be written costs no simulation. A text
/// goes to a temporary file beside the file whose place it takes. What is there and is no regular file (a pipe, a
/// device), and what standard output or standard error goes to, is written to directly. Every error is a UserError
/// (model_error) that names the file and the reason; older files are as they were then, and nothing is left behind.
class OutputFiles {
 public:
  /// Opens all of `paths`, which name different files.
  explicit OutputFiles(const std::vector<std::string>& paths);
  OutputFiles(OutputFiles&& other) noexcept;
  OutputFiles(const OutputFiles&) = delete;
  OutputFiles& operator=(const OutputFiles&) = delete;
  OutputFiles& operator=(OutputFiles&&) = delete;
  ~OutputFiles();

  /// Makes file number `file` one of `bytes` that write_at() fills and write() passes over. The space is taken now. A
  /// pipe or a device is refused.
  void reserve(std::size_t file, std::uint64_t bytes);
  /// Writes a part of such a file. Throws WriteError.
  void write_at(std::size_t file, std::uint64_t place, const std::string& bytes);

  /// Writes one text to each path, in their order, once: to all files or to none. No file takes its place before every
  /// text is on the disk, and one that cannot takes the others back.
  void write(const std::vector<std::string>& texts);

 private:
  std::vector<OutputFile> files_;
};

}  // namespace palimpsest
