#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/config/json_document.hpp"
#include "sim/config/json_syntax.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

std::string error_of(const std::string& text) {
  const ThrownError error = thrown_error([&] { parse_json(text, "f.json", ExitCode::trace); });
  CHECK((error.text == "no error" || error.code == ExitCode::trace));
  CHECK(is_one_line(error.text));
  return error.text;
}

std::string nested(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

}  // namespace

TEST_CASE("Malformed JSON is reported with line and column") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{\n  \"a\": 1,\n  }", "f.json: line 3, column 3: "},
      {"{", "f.json: line 1, column "},
      {"", "f.json: line 1, column "},
      {"{\"a\": nan}", "line 1, column 8: "},
      {"{\"a\": 1} x", "line 1, column 10: "},
      {"[1, /* comment */ 2]", "line 1, column 5: "},
      {"[1,\n1e999]", "number overflow"},
      {"[\"\xff\"]", "invalid string: ill-formed UTF-8 byte"},
      {"[\"\x01\"]", "control character"},
      {"[\"line\nbreak\"]", "control character"},
  };
  for (const auto& [text, fragment] : cases) {
    INFO(text);
    CHECK_THAT(error_of(text), Catch::Matchers::Contains(fragment));
    CHECK_THAT(error_of(text), !Catch::Matchers::Contains("json.exception"));
  }
}

TEST_CASE("A long token does not make a long message") {
  CHECK(error_of("[\"" + std::string(100'000, 'a')).size() < 300);
}

TEST_CASE("A key that appears twice is an error with its pointer") {
  CHECK(error_of(R"({"a": 1, "a": 2})") == "f.json: /a: the key appears twice");
  CHECK(error_of(R"({"l": [{}, {"b/c": {"x": 1, "\u0078": 2}}]})") == "f.json: /l/1/b~1c/x: the key appears twice");
  CHECK(error_of(R"([{"a": 1}, {"a": 2}])") == "no error");
}

TEST_CASE("Nesting is limited to 64 levels") {
  CHECK(error_of(nested(64)) == "no error");
  CHECK_THAT(error_of(nested(65)), Catch::Matchers::Contains("expected at most 64 levels of nesting"));
  CHECK_THAT(error_of(std::string(1'000'000, '[')), Catch::Matchers::Contains("at most 64 levels"));
}

TEST_CASE("A file that cannot be read is reported in one line") {
  const TemporaryDirectory directory;
  const std::string place = directory.path().string();
  const auto error = [](const std::string& path) {
    return thrown_error([&] { JsonDocument::read(path, ExitCode::usage_or_architecture); }).text;
  };
  CHECK(error(place + "/none.json") == place + "/none.json: no such file");
  CHECK(error(place) == place + ": expected a file, got a directory");
  CHECK(error(directory.write("empty.json", "")) == place + "/empty.json: the file is empty");
  CHECK(error("/dev/zero") == "/dev/zero: expected a regular file");
  CHECK_THAT(error(std::string(10'000, 'a')), Catch::Matchers::Contains("cannot be read"));
  CHECK_THAT(error(place + "/a\nb"), Catch::Matchers::Contains("a\\nb: no such file"));
}
