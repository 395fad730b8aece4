#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "sim/cli/outputs.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

/// A directory with the input `chip.json` under several names.
class Files {
 public:
  Files() {
    directory_.write("chip.json", "input");
    directory_.write("below/report.json", "old");
    std::filesystem::create_symlink("chip.json", path("link.json"));
    std::filesystem::create_hard_link(path("chip.json"), path("hard.json"));
    std::filesystem::create_directory_symlink("below", path("alias"));
  }

  std::string path(const std::string& name) const { return directory_.path() / name; }

  std::string complaint(const std::string& json, const std::string& svg) const {
    const ThrownError error = thrown_error([&] {
      open_outputs({{"--json", path(json)}, {"--svg", path(svg)}}, {{path("chip.json")}, {path("none.csv")}});
    });
    if (error.code != ExitCode::ok) CHECK(error.code == ExitCode::usage_or_architecture);
    return error.text;
  }

 private:
  TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("An output may be no input, under whatever name") {
  const Files files;
  for (const char* name :
       {"chip.json", "./chip.json", "below/../chip.json", "alias/../chip.json", "link.json", "hard.json"}) {
    INFO(name);
    CHECK(files.complaint("report.json", name) ==
          "--svg " + files.path(name) + ": expected another file than the input " + files.path("chip.json"));
    CHECK(files.complaint(name, "picture.svg") ==
          "--json " + files.path(name) + ": expected another file than the input " + files.path("chip.json"));
  }
  CHECK(files.complaint("report.json", "picture.svg") == "no error");
  CHECK(files.complaint("below/report.json", "report.json") == "no error");
}

TEST_CASE("Two outputs may not be one file, whether it is there or not") {
  const Files files;
  for (const char* name : {"new.json", "below/new.json", "below/report.json"}) {
    const std::string same = std::string(name).replace(0, std::string(name).rfind('/') + 1, "alias/");
    const bool below = std::string(name).find('/') != std::string::npos;
    for (const std::string& other : {std::string("./") + name, std::string("below/../") + name, below ? same : name}) {
      INFO(other);
      CHECK(files.complaint(name, other) ==
            "--svg " + files.path(other) + ": expected another file than --json " + files.path(name));
    }
  }
}

TEST_CASE("Devices may take several outputs, and an output that was not asked for is none") {
  CHECK_NOTHROW(open_outputs({{"--json", "/dev/null"}, {"--svg", "/dev/null"}}, {}));
  CHECK_NOTHROW(open_outputs({{"--output", ""}}, {{""}}));
}

TEST_CASE("Names in messages are escaped") {
  const TemporaryDirectory directory;
  const std::string input = directory.write("chip\n.json", "input");
  const ThrownError error = thrown_error([&] { open_outputs({{"--json", input}}, {{input}}); });
  CHECK(is_one_line(error.text));
  CHECK_THAT(error.text, Catch::Matchers::Contains("/chip\\n.json: expected another file than the input "));
}
