#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/workplace.hpp"

namespace palimpsest {
namespace {

test::CommandResult study(const test::Workplace& workplace, const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"nonidealities", "--arch", test::shipped("arch/rm180.json"), "--trace", "trace"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return workplace.run(arguments);
}

}  // namespace

TEST_CASE("The study of non-idealities prints a table and writes report and picture") {
  const test::Workplace workplace("nonidealities.json");
  const test::CommandResult result = study(workplace, {"--chips", "2", "--svg", "picture.svg"});
  CHECK(result.exit_code == 0);
  CHECK(result.errors.empty());
  CHECK_THAT(result.output, Catch::Contains("read_noise") && Catch::Contains("learn"));
  CHECK_THAT(test::file_content(workplace.path("picture.svg")), Catch::StartsWith("<svg"));
  const auto json = nlohmann::json::parse(test::file_content(workplace.path("nonidealities.json")));
  CHECK(json.at("schema") == "palimpsest.nonidealities");
  CHECK(json.at("variants").front().at("name") == "none");
  CHECK(json.at("variants").front().at("largest_score_error").get<double>() < 1e-5);
  CHECK(json.at("variants").back().at("phases").at("learn").at("mean").contains("all"));
  CHECK(json.at("statistics").contains("variants.largest_score_error"));
}

TEST_CASE("Errors of the study of non-idealities are one line, and nothing is written") {
  const test::Workplace workplace("nonidealities.json");
  workplace.check_error(study(workplace, {"--chips", "1"}), 2, "--chips: expected 2..10000, got 1");
  workplace.check_error(study(workplace, {"--age", "soon"}), 2, "--age");
  workplace.check_error(study(workplace, {"--json", ""}), 2, "--json");
  workplace.check_error(study(workplace, {"--set", "/tile/count=1"}), 2, "/tile/count");
  workplace.check_error(workplace.run({"nonidealities", "--trace", "trace"}), 2, "--arch");
}

}  // namespace palimpsest
