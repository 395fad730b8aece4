#include "sim/report/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "sim/config/one_line.hpp"
#include "sim/report/temporary_file.hpp"

namespace palimpsest {

namespace {

// More than most reports have; a disk without it is full before the work and not after it.
constexpr off_t reserved_bytes = 64 << 10;

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  throw WriteError(ExitCode::model_error, one_line(path + ": cannot be written: " + reason));
}

[[noreturn]] void fail(const std::string& path, int reason) { fail(path, std::generic_category().message(reason)); }

/// Errno of the first failure, 0 if everything is written.
int write_all(int file, const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(file, text.data() + written, text.size() - written);
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) written += static_cast<std::size_t>(count);
  }
  return 0;
}

/// The same from a place in the file on.
int write_all_at(int file, off_t place, const std::string& bytes) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count =
        ::pwrite(file, bytes.data() + written, bytes.size() - written, place + static_cast<off_t>(written));
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) written += static_cast<std::size_t>(count);
  }
  return 0;
}

/// Takes space for a file, where the file system can. Returns errno, 0 if all went well.
int take_space(int file, off_t bytes) {
  const int reason = ::posix_fallocate(file, 0, bytes);
  return reason == EINVAL || reason == EOPNOTSUPP ? 0 : reason;
}

/// A descriptor of the standard stream that goes to this file, -1 if none does.
int standard_stream(const struct stat& status) {
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat other {};
    if (::fstat(stream, &other) == 0 && other.st_dev == status.st_dev && other.st_ino == status.st_ino)
      return ::fcntl(stream, F_DUPFD_CLOEXEC, 0);
  }
  return -1;
}

/// A descriptor of what is there and is no regular file. A pipe that nobody reads would block for ever.
int open_directly(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0 && errno == ENXIO) fail(path, "nobody reads from it");
  if (file < 0) fail(path, errno);
  ::fcntl(file, F_SETFL, ::fcntl(file, F_GETFL) & ~O_NONBLOCK);
  return file;
}

}  // namespace

/// One of the files: a temporary one that takes the target's place, or one that is written to directly.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path) : path_(path) {
    struct stat status {};
    exists_ = ::stat(path.c_str(), &status) == 0;
    if (!exists_ && errno != ENOENT) fail(path, errno);
    struct stat link {};
    if (!exists_ && ::lstat(path.c_str(), &link) == 0) fail(path, "the link points at no file");
    if (path.empty() || (exists_ && S_ISDIR(status.st_mode)) || (!exists_ && path.back() == '/')) fail(path, EISDIR);
    if (exists_) direct_ = standard_stream(status);
    if (exists_ && direct_ < 0 && !S_ISREG(status.st_mode)) direct_ = open_directly(path);
    if (direct_ < 0) open_temporary(exists_ ? status.st_mode & 07777U : 0);
  }
  OutputFile(OutputFile&& other) noexcept
      : path_(std::move(other.path_)),
        exists_(other.exists_),
        direct_(std::exchange(other.direct_, -1)),
        parts_bytes_(other.parts_bytes_),
        target_(std::move(other.target_)),
        temporary_(std::move(other.temporary_)),
        backup_(std::move(other.backup_)) {}
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile() {
    if (direct_ >= 0) ::close(direct_);
  }

  const std::string& path() const { return path_; }
  bool is_direct() const { return direct_ >= 0; }

  void reserve(std::uint64_t bytes) {
    if (is_direct()) fail(path_, "expected a file, which can be written in any order");
    parts_bytes_ = static_cast<off_t>(bytes);
    const int reason = take_space(temporary_->descriptor(), *parts_bytes_);
    if (reason != 0) fail(path_, reason);
  }

  void write_at(std::uint64_t place, const std::string& bytes) {
    const int reason = write_all_at(temporary_->descriptor(), static_cast<off_t>(place), bytes);
    if (reason != 0) fail(path_, reason);
  }

  void write(const std::string& text) {
    int reason = parts_bytes_ ? 0 : write_all(is_direct() ? direct_ : temporary_->descriptor(), text);
    if (reason == 0 && !is_direct()) {
      const int file = temporary_->descriptor();
      const off_t bytes = parts_bytes_ ? *parts_bytes_ : static_cast<off_t>(text.size());
      if (::ftruncate(file, bytes) != 0 || ::fsync(file) != 0) reason = errno;
    }
    if (reason != 0) fail(path_, reason);
  }

  /// The three steps below are for regular files. Returns errno, 0 if all went well; the older file is as it was then.
  int take_place() {
    if (is_direct()) return 0;
    if (exists_) {
      // Without hard links the older file steps aside itself.
      const std::string aside = temporary_->name() + ".older";
      if (::link(target_.c_str(), aside.c_str()) == 0 || ::rename(target_.c_str(), aside.c_str()) == 0) backup_ = aside;
    }
    const int reason = temporary_->take_name(target_);
    if (reason != 0) bring_back_older();
    return reason;
  }

  void step_back() {
    if (is_direct()) return;
    if (backup_.empty()) ::unlink(target_.c_str());
    bring_back_older();
  }

  void forget_older() {
    if (!backup_.empty()) ::unlink(backup_.c_str());
    backup_.clear();
  }

 private:
  void open_temporary(mode_t older_mode) {
    std::error_code error;
    // A link stays a link: what it points at is replaced.
    target_ = exists_ ? std::filesystem::canonical(path_, error).string() : path_;
    if (error) fail(path_, error.value());
    try {
      temporary_ = std::make_unique<TemporaryFile>(target_.substr(0, target_.rfind('/') + 1));
    } catch (const std::system_error& failure) {
      fail(path_, failure.code().value());
    }
    // mkostemp makes files private; a report is as readable as any other file its user makes.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    const int file = temporary_->descriptor();
    if (::fchmod(file, exists_ ? older_mode : 0666U & ~mask) != 0) fail(path_, errno);
    const int reason = take_space(file, reserved_bytes);
    if (reason != 0) fail(path_, reason);
  }

  void bring_back_older() {
    if (backup_.empty()) return;
    // A rename between two names of one file does nothing and leaves both.
    ::rename(backup_.c_str(), target_.c_str());
    ::unlink(backup_.c_str());
    backup_.clear();
  }

  std::string path_;
  bool exists_ = false;
  int direct_ = -1;
  std::optional<off_t> parts_bytes_;  ///< size of a file that is written part by part
  std::string target_;
  std::unique_ptr<TemporaryFile> temporary_;
  std::string backup_;  ///< name of the older file once this one has taken its place
};

OutputFiles::OutputFiles(const std::vector<std::string>& paths) {
  files_.reserve(paths.size());
  for (const std::string& path : paths) files_.emplace_back(path);
}

OutputFiles::OutputFiles(OutputFiles&& other) noexcept = default;

OutputFiles::~OutputFiles() = default;

void OutputFiles::reserve(std::size_t file, std::uint64_t bytes) { files_[file].reserve(bytes); }

void OutputFiles::write_at(std::size_t file, std::uint64_t place, const std::string& bytes) {
  files_[file].write_at(place, bytes);
}

void OutputFiles::write(const std::vector<std::string>& texts) {
  // What is written directly cannot be taken back, so it goes last.
  for (const bool direct : {false, true}) {
    for (std::size_t file = 0; file < files_.size(); ++file) {
      if (files_[file].is_direct() == direct) files_[file].write(texts[file]);
    }
  }
  const SignalsHeld held;
  for (std::size_t file = 0; file < files_.size(); ++file) {
    const int reason = files_[file].take_place();
    if (reason == 0) continue;
    for (std::size_t earlier = 0; earlier < file; ++earlier) files_[earlier].step_back();
    fail(files_[file].path(), reason);
  }
  for (OutputFile& file : files_) file.forget_older();
}

}  // namespace palimpsest
