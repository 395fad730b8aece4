#include "tests/fuzz/harness.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string_view>

#include "sim/config/one_line.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palimpsest::fuzz {
namespace {

struct Counts {
  std::size_t inputs = 0;
  std::size_t accepted = 0;
  std::string last_accepted;
  ~Counts() { std::fprintf(stderr, "accepted %zu of %zu inputs\n", accepted, inputs); }
};

Counts& counts() {
  static Counts counts;
  return counts;
}

}  // namespace

void expect(bool holds, const std::string& text) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", text.c_str());
  std::abort();
}

void check_refusal(const UserError& error, ExitCode code, const std::vector<std::string>& places) {
  const std::string_view text = error.what();
  expect(error.code() == code, "another exit code: " + std::string(text));
  expect(one_line(text) == text, "not one line: " + one_line(text));
  const std::string shown = shortened(text);
  const auto begins_it = [&shown](const std::string& place) { return shown.compare(0, place.size(), place) == 0; };
  expect(shown.size() <= 1000 && std::any_of(places.begin(), places.end(), begins_it), "no known place: " + shown);
}

void count_input(bool accepted, const std::string& input) {
  ++counts().inputs;
  if (!accepted) return;
  ++counts().accepted;
  counts().last_accepted = input;
}

std::string input_to_change(const std::uint8_t* data, std::size_t size, std::size_t most, std::mt19937& random) {
  const std::string& accepted = counts().last_accepted;
  const bool is_other = random() % 2 == 0 && !accepted.empty() && accepted.size() <= most;
  return is_other ? accepted : text_of(data, size);
}

std::string text_of(const std::uint8_t* data, std::size_t size) { return {data, data + size}; }

std::vector<std::string> parts_of(const std::string& text) {
  static const std::string separator = "--\n";
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    std::size_t end = text.find(separator, begin);
    while (end != std::string::npos && end > begin && text[end - 1] != '\n') end = text.find(separator, end + 1);
    if (end == std::string::npos) end = text.size();
    parts.push_back(text.substr(begin, end - begin));
    begin = end + separator.size();
  }
  return parts;
}

std::string write_file(const std::string& name, const std::string& content) {
  static const test::TemporaryDirectory directory;
  static std::map<std::string, std::string> written;
  const auto [file, is_new] = written.try_emplace(name, content);
  // Most inputs differ from the last one in one file.
  if (!is_new && file->second == content) return directory.path() / name;
  file->second = content;
  return directory.write(name, content);
}

}  // namespace palimpsest::fuzz
