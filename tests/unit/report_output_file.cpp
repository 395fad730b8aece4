#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sim/report/output_file.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t entries(const std::filesystem::path& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory), std::filesystem::directory_iterator()));
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

/// Files of this process can grow to a few bytes: a disk that fills up half way through, for root too.
class FullDisk {
 public:
  FullDisk() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = 16;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

const std::string text(1000, 'x');

}  // namespace

TEST_CASE("A file holds the text and nothing is left beside it") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "report.json";
  write_file(path, "one\ntwo\n");
  CHECK(content(path) == "one\ntwo\n");
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("An older file is replaced whole") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("report.json", std::string(5000, 'o'));
  write_file(path, "new");
  CHECK(content(path) == "new");
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("A large text is written whole") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "report.json";
  const std::string large(3'000'000, 'l');
  write_file(path, large);
  CHECK(content(path) == large);
}

TEST_CASE("A new file has the permissions of any file its user makes") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "report.json";
  const mode_t mask = ::umask(027);
  write_file(path, text);
  ::umask(mask);
  CHECK(mode_of(path) == 0640);
}

TEST_CASE("Writing leaves the process's file mask as it was") {
  const TemporaryDirectory directory;
  const mode_t mask = ::umask(027);
  write_file(directory.path() / "report.json", text);
  const mode_t after = ::umask(mask);
  CHECK(after == 027);
}

TEST_CASE("A file that is replaced keeps its permissions") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("report.json", "old");
  for (const mode_t mode : {mode_t{0600}, mode_t{0664}}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    write_file(path, text);
    CHECK(mode_of(path) == mode);
  }
}

TEST_CASE("A full device is an error with file and reason") {
  const ThrownError error = thrown_error([] { write_file("/dev/full", text); });
  CHECK(error.code == ExitCode::model_error);
  CHECK(error.text == "/dev/full: cannot be written: No space left on device");
}

TEST_CASE("A disk that fills up is an error, leaves the older file as it was and nothing beside it") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("report.json", "old");
  ThrownError error;
  {
    const FullDisk full;
    error = thrown_error([&] { write_file(path, text); });
  }
  CHECK(error.code == ExitCode::model_error);
  CHECK(error.text == path + ": cannot be written: File too large");
  CHECK(content(path) == "old");
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("A disk that fills up leaves no new file") {
  const TemporaryDirectory directory;
  ThrownError error;
  {
    const FullDisk full;
    error = thrown_error([&] { write_file(directory.path() / "report.json", text); });
  }
  CHECK(error.code == ExitCode::model_error);
  CHECK(entries(directory.path()) == 0);
}

TEST_CASE("A directory that does not exist is an error with file and reason") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "none" / "report.json";
  const ThrownError error = thrown_error([&] { write_file(path, text); });
  CHECK(error.code == ExitCode::model_error);
  CHECK(error.text == path + ": cannot be written: No such file or directory");
  CHECK(entries(directory.path()) == 0);
}

TEST_CASE("Where no file can be made beside it the older file stays as it was") {
  // For root every directory is writable, but no name of more than 255 characters can be made: the temporary one.
  const TemporaryDirectory directory;
  const std::string path = directory.write(std::string(255, 'n'), "old");
  const ThrownError error = thrown_error([&] { write_file(path, text); });
  CHECK(error.code == ExitCode::model_error);
  CHECK(error.text == path + ": cannot be written: File name too long");
  CHECK(content(path) == "old");
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("A link stays a link, and what it points at is replaced") {
  const TemporaryDirectory directory;
  const std::string target = directory.write("target.json", "old");
  const std::filesystem::path link = directory.path() / "link.json";
  std::filesystem::create_symlink("target.json", link);
  write_file(link, text);
  CHECK(std::filesystem::is_symlink(link));
  CHECK(content(target) == text);
  CHECK(entries(directory.path()) == 2);
}

TEST_CASE("A directory in the file's place is an error") {
  const TemporaryDirectory directory;
  const ThrownError error = thrown_error([&] { write_file(directory.path(), text); });
  CHECK(error.code == ExitCode::model_error);
  CHECK(error.text == directory.path().string() + ": cannot be written: Is a directory");
}

TEST_CASE("A pipe is written to directly") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  write_file("/proc/self/fd/" + std::to_string(ends[1]), text);
  std::vector<char> received(2 * text.size());
  const ssize_t count = ::read(ends[0], received.data(), received.size());
  ::close(ends[0]);
  ::close(ends[1]);
  REQUIRE(count == static_cast<ssize_t>(text.size()));
  CHECK(std::string(received.data(), text.size()) == text);
}
