#include "sim/config/overrides.hpp"

#include <algorithm>

#include "tests/fuzz/harness.hpp"

using namespace palimpsest;
using nlohmann::json;

namespace {

json document() {
  return {{"tile", {{"adc", {{"bits", 8}}}, {"list", {1, 2, {{"deep", nullptr}}}}}}, {"a/b~c", "text"}, {"empty", {}}};
}

bool lies_in(const std::string& pointer, const std::string& outer) {
  return pointer.compare(0, outer.size(), outer) == 0 &&
         (pointer.size() == outer.size() || pointer[outer.size()] == '/');
}

// Each field has the value that it was set to, but for what was set in it later; none was undone.
void check_values(const json& value, const std::vector<Override>& overrides) {
  for (auto setting = overrides.begin(); setting != overrides.end(); ++setting) {
    const auto undoes_it = [setting](const Override& later) { return lies_in(setting->pointer, later.pointer); };
    fuzz::expect(std::none_of(setting + 1, overrides.end(), undoes_it), "undone: " + setting->pointer);
    const auto changes_it = [setting](const Override& later) { return lies_in(later.pointer, setting->pointer); };
    if (std::any_of(setting + 1, overrides.end(), changes_it)) continue;
    const json expected = json::accept(setting->value) ? json::parse(setting->value) : json(setting->value);
    fuzz::expect(value.at(json::json_pointer(setting->pointer)) == expected, "another value at " + setting->pointer);
  }
}

}  // namespace

// A line is the argument of one --set.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  const bool accepted = fuzz::accepts(ExitCode::usage_or_architecture, {"--set "}, [&] {
    std::vector<Override> overrides;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      overrides.push_back(parse_override(text.substr(begin, end - begin)));
      begin = end + 1;
    }
    check_overrides(overrides, {});
    JsonDocument changed(document(), "document", ExitCode::usage_or_architecture);
    apply_overrides(changed, overrides);
    check_values(changed.value(), overrides);
  });
  fuzz::count_input(accepted, text);
  return 0;
}
