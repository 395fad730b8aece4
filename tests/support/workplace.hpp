#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/command.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palimpsest::test {

/// A working directory with a valid small trace and a valid older report.
class Workplace {
 public:
  /// `report` is the name under which the command in question writes its report.
  explicit Workplace(std::string report = "report.json") : report_(std::move(report)) {
    std::filesystem::create_directory(directory_.path() / "trace");
    write_small_trace(directory_.path() / "trace");
    directory_.write(report_, older_report);
  }

  std::string path(const std::string& name) const { return directory_.path() / name; }
  const TemporaryDirectory& directory() const { return directory_; }

  CommandResult run(const std::vector<std::string>& arguments) const {
    return run_palimpsest(arguments, directory_.path());
  }

  /// `palimpsest run` on the shipped chip and the small trace, with more arguments.
  CommandResult run_small(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"run", "--arch", shipped("arch/rm180.json"), "--trace", "trace"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }

  /// One line on stderr with `text` in it, exit code `code`, and nothing lost or left behind.
  void check_error(const CommandResult& result, int code, const std::string& text) const {
    CHECK(result.exit_code == code);
    CHECK(result.output.empty());
    CHECK_THAT(result.errors, Catch::Contains(text));
    CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
    CHECK(file_content(path(report_)) == older_report);
    CHECK(std::distance(std::filesystem::directory_iterator(directory_.path()), {}) == entries_);
  }

 private:
  static constexpr const char* older_report = "an older report\n";
  std::string report_;
  TemporaryDirectory directory_;
  static constexpr std::ptrdiff_t entries_ = 2;
};

}  // namespace palimpsest::test
