#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

void write_file(const std::string& path, const std::string& text) { OutputFiles({path}).write({text}); }

/// Files of this process can grow to so many bytes: a disk that fills up, for root too.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
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
const std::string long_text(300'000, 'x');

/// Status of a child process that does `action` with default actions for signals.
template <class Action>
int child_status(const Action& action) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    for (int signal = 1; signal < 32; ++signal) std::signal(signal, SIG_DFL);
    try {
      action();
    } catch (...) {
      ::_exit(99);
    }
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

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
    const FullDisk full(200'000);
    OutputFiles files({path});
    error = thrown_error([&] { files.write({long_text}); });
  }
  CHECK(error.code == ExitCode::model_error);
  CHECK(error.text == path + ": cannot be written: File too large");
  CHECK(content(path) == "old");
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("A full disk is found when the file is opened, and no new file is left") {
  const TemporaryDirectory directory;
  ThrownError error;
  {
    const FullDisk full(16);
    error = thrown_error([&] { const OutputFiles files({directory.path() / "report.json"}); });
  }
  CHECK(error.code == ExitCode::model_error);
  CHECK_THAT(error.text, Catch::Matchers::EndsWith("report.json: cannot be written: File too large"));
  CHECK(entries(directory.path()) == 0);
}

TEST_CASE("A directory that does not exist is found when the file is opened") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "none" / "report.json";
  const ThrownError error = thrown_error([&] { const OutputFiles files({path}); });
  CHECK(error.code == ExitCode::model_error);
  CHECK(error.text == path + ": cannot be written: No such file or directory");
  CHECK(entries(directory.path()) == 0);
}

TEST_CASE("The longest name that a file can have is written, a longer one is an error") {
  const TemporaryDirectory directory;
  const std::string path = directory.write(std::string(255, 'n'), "old");
  write_file(path, text);
  CHECK(content(path) == text);
  const std::string longer = directory.path() / std::string(256, 'n');
  const ThrownError error = thrown_error([&] { write_file(longer, text); });
  CHECK(error.code == ExitCode::model_error);
  CHECK(error.text == longer + ": cannot be written: File name too long");
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("Files that are opened and not written leave the older ones and nothing else") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("report.json", "old");
  { const OutputFiles files({path, directory.path() / "picture.svg"}); }
  CHECK(content(path) == "old");
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("A file that cannot take its place takes the others back") {
  const TemporaryDirectory directory;
  const std::string older = directory.write("older.json", "old");
  const std::string fresh = directory.path() / "fresh.json";
  const std::string last = directory.path() / "last.svg";
  OutputFiles files({older, fresh, last});
  std::filesystem::create_directory(last);
  const ThrownError error = thrown_error([&] { files.write({text, text, text}); });
  CHECK(error.code == ExitCode::model_error);
  CHECK(error.text == last + ": cannot be written: Is a directory");
  CHECK(content(older) == "old");
  CHECK_FALSE(std::filesystem::exists(fresh));
  CHECK(std::filesystem::is_directory(last));
}

TEST_CASE("After files that could not be written nothing is left beside them") {
  const TemporaryDirectory directory;
  const std::string older = directory.write("older.json", "old");
  const std::string last = directory.path() / "last.svg";
  {
    OutputFiles files({older, last});
    std::filesystem::create_directory(last);
    CHECK(thrown_error([&] { files.write({text, text}); }).code == ExitCode::model_error);
  }
  CHECK(entries(directory.path()) == 2);
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

TEST_CASE("A link that points at no file, or in a circle, is an error and stays") {
  const TemporaryDirectory directory;
  const std::string dangling = directory.path() / "dangling.json";
  const std::string circle = directory.path() / "circle.json";
  std::filesystem::create_symlink("none.json", dangling);
  std::filesystem::create_symlink("circle.json", circle);
  CHECK(thrown_error([&] { write_file(dangling, text); }).text ==
        dangling + ": cannot be written: the link points at no file");
  CHECK(thrown_error([&] { write_file(circle, text); }).text ==
        circle + ": cannot be written: Too many levels of symbolic links");
  CHECK(std::filesystem::is_symlink(dangling));
  CHECK(std::filesystem::is_symlink(circle));
  CHECK(entries(directory.path()) == 2);
}

TEST_CASE("A pipe that nobody reads is an error, one that is read is written to and stays") {
  const TemporaryDirectory directory;
  const std::string pipe = directory.path() / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const ThrownError error = thrown_error([&] { write_file(pipe, text); });
  CHECK(error.code == ExitCode::model_error);
  CHECK(error.text == pipe + ": cannot be written: nobody reads from it");
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  write_file(pipe, text);
  std::vector<char> received(2 * text.size());
  CHECK(::read(reader, received.data(), received.size()) == static_cast<ssize_t>(text.size()));
  ::close(reader);
  CHECK(std::filesystem::is_fifo(pipe));
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("A signal that ends the process leaves the older file and nothing beside it") {
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGXCPU, SIGXFSZ}) {
    INFO(signal);
    const TemporaryDirectory directory;
    const std::string path = directory.write("report.json", "old");
    const int status = child_status([&] {
      const OutputFiles files({path, directory.path() / "picture.svg"});
      ::raise(signal);
    });
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
    CHECK(content(path) == "old");
    CHECK(entries(directory.path()) == 1);
  }
}

TEST_CASE("A file that may not grow further ends the process by its signal and leaves the older file") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("report.json", "old");
  const int status = child_status([&] {
    const rlimit limit{200'000, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    write_file(path, long_text);
  });
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGXFSZ);
  CHECK(content(path) == "old");
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("A signal that the process ignores does not keep it from writing") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "report.json";
  const int status = child_status([&] {
    std::signal(SIGHUP, SIG_IGN);
    OutputFiles files({path});
    ::raise(SIGHUP);
    files.write({text});
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(content(path) == text);
}

TEST_CASE("A name that is not printable is escaped in the message") {
  const TemporaryDirectory directory;
  const ThrownError error = thrown_error([&] { write_file(directory.path() / "none\n\xff/report.json", text); });
  CHECK(error.text ==
        directory.path().string() + "/none\\n\\xff/report.json: cannot be written: No such file or directory");
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

TEST_CASE("A file that is written in parts takes its place with the others, and has its size alone") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "scores";
  OutputFiles files({directory.path() / "report.json", path});
  files.reserve(1, 10);
  files.write_at(1, 6, "ters");
  files.write_at(1, 0, "charac");
  CHECK_FALSE(std::filesystem::exists(path));
  files.write({"{}", ""});
  CHECK(content(path) == "characters");
  CHECK(content(directory.path() / "report.json") == "{}");
}

TEST_CASE("A file that is written in parts and not finished leaves nothing behind") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("scores", "older");
  {
    OutputFiles files({path});
    files.reserve(0, 1 << 20);
    files.write_at(0, 0, "newer");
  }
  CHECK(content(path) == "older");
  CHECK(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);
}

TEST_CASE("What is no file is not written in parts, and space that there is not is told at once") {
  OutputFiles device({"/dev/null"});
  CHECK_THAT(thrown_error([&] { device.reserve(0, 10); }).text,
             Catch::StartsWith("/dev/null: cannot be written: expected a file"));
  const TemporaryDirectory directory;
  OutputFiles files({directory.path() / "scores"});
  const ThrownError error = thrown_error([&] { files.reserve(0, std::uint64_t{1} << 60U); });
  CHECK(error.code == ExitCode::model_error);
  CHECK_THAT(error.text, Catch::Contains("scores: cannot be written: "));
}
