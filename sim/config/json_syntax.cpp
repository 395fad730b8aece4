#include "sim/config/json_syntax.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <vector>

#include "sim/config/one_line.hpp"

namespace palimpsest {
namespace {

constexpr std::size_t deepest_nesting = 64;
// nlohmann quotes the last token, which may be most of the file.
constexpr std::size_t longest_reason = 200;

// Reads the text once before the document is built, so that nothing is built from text that is refused.
class SyntaxCheck : public nlohmann::json_sax<nlohmann::json> {
 public:
  SyntaxCheck(std::string_view text, const std::string& label, ExitCode code)
      : text_(text), label_(label), code_(code) {}

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    levels_.back().key = name;
    if (!levels_.back().keys.insert(name).second) fail(pointer() + ": the key appears twice");
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) override {
    const std::string_view before = text_.substr(0, std::min(position, text_.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t newline = before.rfind('\n');
    const std::size_t column = before.size() - (newline == std::string_view::npos ? 0 : newline + 1);
    fail("line " + std::to_string(line) + ", column " + std::to_string(column) + ": " + reason(error.what()));
  }

 private:
  struct Level {
    bool is_object = false;
    std::set<std::string> keys;
    std::string key;
    std::size_t elements = 0;
  };

  bool value() {
    if (!levels_.empty()) ++levels_.back().elements;
    return true;
  }

  bool open(bool is_object) {
    if (levels_.size() == deepest_nesting)
      fail(pointer() + ": expected at most " + std::to_string(deepest_nesting) + " levels of nesting");
    levels_.push_back({is_object, {}, {}, 0});
    return true;
  }

  bool close() {
    levels_.pop_back();
    return value();
  }

  std::string pointer() const {
    std::string text;
    for (const Level& level : levels_)
      text += '/' + (level.is_object ? pointer_step(level.key) : std::to_string(level.elements));
    return text;
  }

  // nlohmann's text without its own number and position.
  static std::string reason(const std::string& text) {
    for (const char* marker : {"column ", "] "}) {
      const std::size_t begin = text.find(marker);
      if (begin == std::string::npos) continue;
      const std::size_t end = text.find(marker[0] == ']' ? "] " : ": ", begin);
      if (end != std::string::npos) return text.substr(end + 2, longest_reason);
    }
    return text.substr(0, longest_reason);
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw UserError(code_, one_line(label_ + ": " + message));
  }

  std::string_view text_;
  const std::string& label_;
  ExitCode code_;
  std::vector<Level> levels_;
};

}  // namespace

nlohmann::json parse_json(std::string_view text, const std::string& label, ExitCode code) {
  // The library takes it for the end.
  if (text.find('\0') != std::string_view::npos)
    throw UserError(code, one_line(label + ": expected text without zero bytes"));
  SyntaxCheck check(text, label, code);
  nlohmann::json::sax_parse(text, &check);
  return nlohmann::json::parse(text);
}

std::string pointer_step(std::string_view key) {
  std::string step;
  for (const char character : key) {
    if (character == '~')
      step += "~0";
    else if (character == '/')
      step += "~1";
    else
      step += character;
  }
  return step;
}

}  // namespace palimpsest
