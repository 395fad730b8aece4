#include "sim/config/json_syntax.hpp"

#include "tests/fuzz/harness.hpp"

using namespace palimpsest;
using nlohmann::json;

namespace {

std::size_t keys_in(const json& value) {
  std::size_t count = value.is_object() ? value.size() : 0;
  if (value.is_structured())
    for (const json& child : value) count += keys_in(child);
  return count;
}

std::size_t keys_in_text(const std::string& text) {
  std::size_t count = 0;
  const json value = json::parse(text, [&count](int, json::parse_event_t event, json&) {
    if (event == json::parse_event_t::key) ++count;
    return true;
  });
  return count;
}

}  // namespace

// What is accepted is what nlohmann reads, with every key of the text; it says the same when it is written and read
// again, and has keys that lead to their values.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  json value;
  const bool accepted =
      fuzz::accepts(ExitCode::trace, {"input: "}, [&] { value = parse_json(text, "input", ExitCode::trace); });
  fuzz::count_input(accepted, text);
  if (!accepted) return 0;
  fuzz::expect(value == json::parse(text), "another value than nlohmann's");
  fuzz::expect(keys_in(value) == keys_in_text(text), "a key that was written twice");
  fuzz::expect(value == parse_json(value.dump(), "written", ExitCode::trace), "another value when written");
  if (value.is_object()) {
    for (const auto& [key, child] : value.items())
      fuzz::expect(value.at(json::json_pointer('/' + pointer_step(key))) == child, "another value at " + key);
  }
  return 0;
}
