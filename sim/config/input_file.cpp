#include "sim/config/input_file.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "sim/config/one_line.hpp"

namespace palimpsest {
namespace {

constexpr std::uint64_t largest_text_file = std::uint64_t{64} << 20U;
// Source: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md.
constexpr std::string_view lfs_pointer = "version https://git-lfs";

[[noreturn]] void fail(const std::string& path, const std::string& message, ExitCode code) {
  throw UserError(code, one_line(path + ": " + message));
}

}  // namespace

InputFile::InputFile(std::string path, ExitCode code) : path_(std::move(path)), code_(code) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path_, error);
  if (status.type() == std::filesystem::file_type::not_found) fail(path_, "no such file", code_);
  if (error) fail(path_, "cannot be read: " + error.message(), code_);
  if (status.type() == std::filesystem::file_type::directory) fail(path_, "expected a file, got a directory", code_);
  // A pipe or a device may have no end.
  if (status.type() != std::filesystem::file_type::regular) fail(path_, "expected a regular file", code_);
  size_ = std::filesystem::file_size(path_, error);
  if (error) fail(path_, "cannot be read: " + error.message(), code_);
  if (size_ == 0) fail(path_, "the file is empty", code_);
  stream_.open(path_, std::ios::binary);
  if (!stream_) fail(path_, "cannot be read: " + std::generic_category().message(errno), code_);
  std::string beginning(std::min<std::uint64_t>(size_, lfs_pointer.size()), '\0');
  read(0, beginning.data(), beginning.size());
  if (beginning == lfs_pointer)
    fail(path_, "the file is a Git LFS pointer, not the content; git lfs pull fetches that", code_);
}

void InputFile::read(std::uint64_t offset, char* destination, std::size_t bytes) {
  stream_.clear();
  stream_.seekg(static_cast<std::streamoff>(offset));
  stream_.read(destination, static_cast<std::streamsize>(bytes));
  if (!stream_) fail(path_, "cannot be read to its end", code_);
}

std::string read_text_file(const std::string& path, ExitCode code) {
  InputFile file(path, code);
  if (file.size() > largest_text_file) fail(path, "expected at most 64 MiB of text", code);
  std::string text(file.size(), '\0');
  file.read(0, text.data(), text.size());
  return text;
}

}  // namespace palimpsest
