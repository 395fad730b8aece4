#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/config/json_reader.hpp"
#include "sim/config/json_syntax.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

JsonDocument document(const std::string& text) {
  return {parse_json(text, "f.json", ExitCode::trace), "f.json", ExitCode::trace};
}

std::string error_of(const std::string& text, const std::function<void(JsonReader&)>& action) {
  const ThrownError error = thrown_error([&] {
    const JsonDocument source = document(text);
    JsonReader reader(source);
    action(reader);
  });
  CHECK(is_one_line(error.text));
  return error.text;
}

}  // namespace

TEST_CASE("An integer is neither wrapped nor truncated") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"-1", "expected 0..255, got -1"},
      {"256", "expected 0..255, got 256"},
      {"1.9", "expected an integer in 0..255, got 1.9"},
      {"8.0", "expected an integer in 0..255, got 8.0"},
      {"8e0", "expected an integer in 0..255, got 8.0"},
      {"18446744073709551615", "expected 0..255, got 18446744073709551615"},
      {"-9223372036854775808", "expected 0..255, got -9223372036854775808"},
      {"100000000000000000000", "expected an integer in 0..255, got 1e+20"},
      {"true", "expected an integer in 0..255, got true"},
      {"null", "expected an integer in 0..255, got null"},
      {"\"8\"", "expected an integer in 0..255, got \"8\""},
      {"[8]", "expected an integer in 0..255, got an array"},
  };
  const auto read = [](JsonReader& reader) { reader.integer<std::uint8_t>("n", 0, 255); };
  for (const auto& [value, message] : cases)
    CHECK(error_of("{\"n\": " + value + "}", read) == "f.json: /n: " + message);
  CHECK(error_of(R"({"n": 255})", read) == "no error");
  CHECK(error_of(R"({"n": 0})", read) == "no error");
}

TEST_CASE("A number lies within its bounds") {
  const auto read = [](JsonReader& reader) { reader.number("x", 0.0, 1e6); };
  CHECK(error_of(R"({"x": -0.5})", read) == "f.json: /x: expected 0..1e+06, got -0.5");
  CHECK(error_of(R"({"x": 1000000.1})", read) == "f.json: /x: expected 0..1e+06, got 1000000.1");
  CHECK(error_of(R"({"x": "1"})", read) == "f.json: /x: expected a number in 0..1e+06, got \"1\"");
  CHECK(error_of(R"({"x": 1000000})", read) == "no error");
}

TEST_CASE("Text is neither empty nor broken by control characters") {
  const auto read = [](JsonReader& reader) { reader.text("t"); };
  CHECK(error_of(R"({"t": ""})", read) == "f.json: /t: expected text without control characters, got \"\"");
  CHECK(error_of(R"({"t": "a\nb"})", read) == "f.json: /t: expected text without control characters, got \"a\\nb\"");
  CHECK(error_of(R"({"t": 5})", read) == "f.json: /t: expected a string, got 5");
  CHECK_THAT(
      error_of("{\"t\": [\"" + std::string(1000, 'a') + "\"]}", [](JsonReader& reader) { reader.integers("t", 0, 1); }),
      Catch::Matchers::EndsWith("aaa..."));
}

TEST_CASE("A choice names its words") {
  const auto read = [](JsonReader& reader) { reader.choice<int>("c", {{"sgd", 0}, {"adam", 1}}); };
  CHECK(error_of(R"({"c": "rms"})", read) == "f.json: /c: expected one of sgd, adam; got \"rms\"");
  CHECK(error_of(R"({"c": "adam"})", read) == "no error");
}

TEST_CASE("An integer may have a word in its place") {
  const JsonDocument source = document(R"({"count": "auto", "n": 3})");
  JsonReader reader(source);
  CHECK_FALSE(reader.integer_or("count", "auto", 1, 9).has_value());
  CHECK(reader.integer_or("n", "auto", 1, 9) == 3U);
  const auto read = [](JsonReader& other) { other.integer_or("n", "auto", 1, 9); };
  CHECK(error_of(R"({"n": "many"})", read) == "f.json: /n: expected \"auto\" or 1..9, got \"many\"");
  CHECK(error_of(R"({"n": 10})", read) == "f.json: /n: expected 1..9, got 10");
}

TEST_CASE("Missing and unknown keys are errors") {
  CHECK(error_of("{}", [](JsonReader& reader) { reader.text("t"); }) == "f.json: /t: the key is missing");
  const auto read = [](JsonReader& reader) {
    reader.text("a");
    reader.text("b");
    reader.finish();
  };
  CHECK(error_of(R"({"a": "x", "b": "y", "c/d": 1})", read) == "f.json: /c~1d: unknown key; expected a, b");
}

TEST_CASE("Elements of arrays have their own pointers") {
  CHECK(error_of(R"({"l": [1, 2, 300]})", [](JsonReader& reader) { reader.integers("l", 0, 255); }) ==
        "f.json: /l/2: expected 0..255, got 300");
  CHECK(error_of(R"({"l": ["a", 2]})", [](JsonReader& reader) { reader.texts("l"); }) ==
        "f.json: /l/1: expected a string, got 2");
  CHECK(error_of(R"({"l": [{}, 2]})", [](JsonReader& reader) { reader.objects("l"); }) ==
        "f.json: /l/1: expected an object, got 2");
  CHECK(error_of(R"({"l": {}})", [](JsonReader& reader) { reader.texts("l"); }) ==
        "f.json: /l: expected an array, got an object");
}

TEST_CASE("The root must be an object") {
  CHECK(error_of("[1]", [](JsonReader&) {}) == "f.json: expected an object, got an array");
}

TEST_CASE("A key with control characters stays one line in a message") {
  const auto read = [](JsonReader& reader) {
    reader.text("a");
    reader.finish();
  };
  CHECK(error_of("{\"a\": \"x\", \"k\\u001b\": 1}", read) == "f.json: /k\\x1b: unknown key; expected a");
}
