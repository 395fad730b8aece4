#include "sim/report/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "sim/error.hpp"

namespace palimpsest {

namespace {

[[noreturn]] void fail(const std::string& path, int reason) {
  throw UserError(ExitCode::model_error, path + ": cannot be written: " + std::strerror(reason));
}

/// Errno of the first failure, 0 if everything is on the disk.
int write_all(int file, const std::string& text, bool regular) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(file, text.data() + written, text.size() - written);
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) written += static_cast<std::size_t>(count);
  }
  return regular && ::fsync(file) != 0 ? errno : 0;
}

void write_directly(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) fail(path, errno);
  const int reason = write_all(file, text, false);
  ::close(file);
  if (reason != 0) fail(path, reason);
}

/// A text on the disk under a temporary name, removed unless it takes its place.
class PreparedFile {
 public:
  PreparedFile(const std::string& path, const std::string& text) : path_(path) {
    struct stat status {};
    const bool exists = ::stat(path.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) fail(path, EISDIR);
    if (exists && !S_ISREG(status.st_mode)) {
      write_directly(path, text);
      return;
    }
    // A link stays a link: what it points at is replaced.
    std::error_code ignored;
    target_ = exists ? std::filesystem::canonical(path, ignored).string() : path;
    temporary_ = target_ + ".XXXXXX";
    const int file = ::mkostemp(temporary_.data(), O_CLOEXEC);
    if (file < 0) {
      temporary_.clear();
      fail(path, errno);
    }
    int reason = write_all(file, text, true);
    // mkostemp makes files private; a report is as readable as any other file its user makes.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    if (reason == 0 && ::fchmod(file, exists ? status.st_mode & 07777U : 0666U & ~mask) != 0) reason = errno;
    if (::close(file) != 0 && reason == 0) reason = errno;
    if (reason != 0) {
      remove();
      fail(path, reason);
    }
  }
  PreparedFile(PreparedFile&& other) noexcept
      : path_(std::move(other.path_)),
        target_(std::move(other.target_)),
        temporary_(std::exchange(other.temporary_, std::string())) {}
  PreparedFile(const PreparedFile&) = delete;
  PreparedFile& operator=(const PreparedFile&) = delete;
  PreparedFile& operator=(PreparedFile&&) = delete;
  ~PreparedFile() { remove(); }

  void take_place() {
    if (temporary_.empty()) return;
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(path_, errno);
    temporary_.clear();
  }

 private:
  void remove() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    temporary_.clear();
  }

  std::string path_;
  std::string target_;
  std::string temporary_;  ///< empty: nothing left to do
};

}  // namespace

void write_file(const std::string& path, const std::string& text) { write_files({{path, text}}); }

void write_files(const std::vector<OutputFile>& files) {
  std::vector<PreparedFile> prepared;
  prepared.reserve(files.size());
  for (const OutputFile& file : files) prepared.emplace_back(file.path, file.text);
  for (PreparedFile& file : prepared) file.take_place();
}

}  // namespace palimpsest
