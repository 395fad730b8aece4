#include "tests/support/run_report.hpp"

#include <catch2/catch.hpp>

#include "tests/support/command.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palimpsest::test {

using nlohmann::json;

std::string report_bytes(const std::string& trace, const std::vector<std::string>& more) {
  const TemporaryDirectory directory;
  std::vector<std::string> arguments{"run", "--arch", shipped("arch/rm180.json"), "--trace", trace, "--quiet"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const CommandResult result = run_palimpsest(arguments, directory.path());
  CHECK(result.errors.empty());
  CHECK(result.output.empty());
  REQUIRE(result.exit_code == 0);
  return file_content(directory.path() / "report.json");
}

json face_report(const std::vector<std::string>& more) {
  return json::parse(report_bytes(shipped("traces/face"), more));
}

std::string small_report_bytes(const std::vector<std::string>& more) {
  const TemporaryDirectory directory;
  write_small_trace(directory.path());
  return report_bytes(directory.path(), more);
}

json small_report(const std::vector<std::string>& more) { return json::parse(small_report_bytes(more)); }

json golden_face_report() { return json::parse(file_content(shipped("tests/golden/face.json"))); }

}  // namespace palimpsest::test
