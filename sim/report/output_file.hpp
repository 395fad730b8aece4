#pragma once

#include <string>
#include <vector>

namespace palimpsest {

class OutputFile;

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

  /// Writes one text to each path, in their order, once: to all files or to none. No file takes its place before every
  /// text is on the disk, and one that cannot takes the others back.
  void write(const std::vector<std::string>& texts);

 private:
  std::vector<OutputFile> files_;
};

}  // namespace palimpsest
