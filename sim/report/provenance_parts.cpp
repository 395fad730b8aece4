#include "sim/report/provenance_parts.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include "sim/config/one_line.hpp"
#include "sim/config/source_file.hpp"

namespace palimpsest {

namespace {

// Of the caption, pixels.
constexpr double margin = 24.0;
constexpr double line_height = 14.0;
constexpr double character_width = 6.1;  // of a 10-pixel monospaced font, rounded up

Json files_json(const std::vector<SourceFile>& files) {
  Json json = Json::array();
  for (const SourceFile& file : files)
    json.push_back({{"place", file.place}, {"file", file.path}, {"sha256", file.sha256}});
  return json;
}

Json provenance_json(const Provenance& provenance) {
  Json json = {{"palimpsest", provenance.version}, {"command", provenance.command}};
  json["options"] = Json::object();
  json["not_default"] = Json::array();
  for (const OptionText& option : provenance.options) {
    json["options"][option.name] = option.value;
    if (!option.is_default) json["not_default"].push_back(option.name);
  }
  if (!provenance.seeds.empty()) json["seeds"] = provenance.seeds;
  if (provenance.architecture) {
    const ArchitectureSource& architecture = *provenance.architecture;
    Json overrides = Json::array();
    for (const Override& setting : architecture.overrides) overrides.push_back(setting.text());
    json["architecture"] = {{"file", architecture.file},
                            {"overrides", overrides},
                            {"files", files_json(architecture.files)},
                            {"raised_cycles", Json::object()},
                            {"effective_sha256", sha256_of(architecture.effective)},
                            {"effective", Json::parse(architecture.effective)}};
    for (const RaisedCycles& raised : architecture.raised)
      json["architecture"]["raised_cycles"][raised.pointer] = raised.cycles;
  }
  if (provenance.trace)
    json["trace"] = {{"directory", provenance.trace->directory}, {"files", files_json(provenance.trace->files)}};
  if (!provenance.adapters.files.empty())
    json["adapters"] = {{"any_chip", provenance.adapters.any_chip}, {"files", files_json(provenance.adapters.files)}};
  return json;
}

/// As one word of a POSIX shell.
std::string shell_word(const std::string& text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string word = "'";
  for (const char character : text) word += character == '\'' ? std::string("'\\''") : std::string(1, character);
  return word + "'";
}

std::string option_words(const std::string& name, const std::string& value) {
  return " --" + name + " " + shell_word(value);
}

/// `, seeds 1..10` of rising numbers without gaps, else all of them; nothing of none.
std::string seeds_text(const std::vector<std::uint64_t>& seeds) {
  if (seeds.empty()) return {};
  if (seeds.size() > 2 && seeds.back() - seeds.front() == seeds.size() - 1)
    return ", seeds " + std::to_string(seeds.front()) + ".." + std::to_string(seeds.back());
  std::string text;
  for (const std::uint64_t seed : seeds) text += (text.empty() ? ", seeds " : ", ") + std::to_string(seed);
  return text;
}

/// `words` in lines of at most `length` characters, broken at blanks; a longer word is cut.
std::vector<std::string> lines_of(const std::string& words, std::size_t length) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (words.size() - begin > length) {
    const std::size_t blank = words.rfind(' ', begin + length);
    const bool found = blank != std::string::npos && blank > begin;
    std::size_t end = found ? blank : begin + length;
    // A character of UTF-8 stays whole.
    while (end > begin + 1 && (static_cast<unsigned char>(words[end]) & 0xC0U) == 0x80U) --end;
    lines.push_back(words.substr(begin, end - begin));
    begin = found ? end + 1 : end;
  }
  lines.push_back(words.substr(begin));
  return lines;
}

std::string caption(const Provenance& provenance) {
  const std::string raised = provenance.architecture ? raised_text(*provenance.architecture) : "";
  return command_text(provenance) + (raised.empty() ? "" : "; " + raised) + " (version " + provenance.version + ")";
}

}  // namespace

Json report_head(const ReportSchema& schema) { return {{"schema", schema.name}, {"version", schema.version}}; }

std::string report_text(Json json, const Provenance& provenance, Json statistics) {
  json["provenance"] = provenance_json(provenance);
  json["statistics"] = std::move(statistics);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string provenance_text(const Provenance& provenance) {
  return provenance_json(provenance).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string changes_text(const Provenance& provenance) {
  std::string text;
  for (const OptionText& option : provenance.options)
    if (!option.is_default) text += option_words(option.name, option.value);
  for (const SourceFile& file : provenance.adapters.files)
    text += option_words("adapter", file.place + "=" + file.path);
  if (provenance.adapters.any_chip) text += " --adapter-any-chip";
  if (provenance.architecture)
    for (const Override& setting : provenance.architecture->overrides) text += option_words("set", setting.text());
  return text.empty() ? text : one_line(text.substr(1));
}

std::string command_text(const Provenance& provenance) {
  std::string text = "palimpsest " + provenance.command;
  if (provenance.architecture) text += option_words("arch", provenance.architecture->file);
  if (provenance.trace) text += option_words("trace", provenance.trace->directory);
  const std::string changes = changes_text(provenance);
  return one_line(text) + (changes.empty() ? "" : " " + changes) + seeds_text(provenance.seeds);
}

std::string raised_text(const ArchitectureSource& architecture) {
  std::string text;
  for (const RaisedCycles& raised : architecture.raised)
    text += (text.empty() ? "" : ", ") + raised.pointer + " to " + std::to_string(raised.cycles);
  return text.empty() ? text : "raised to the energy table's delays: " + text;
}

std::string svg_with_provenance(SvgPicture picture, double width, double height, const Provenance& provenance) {
  picture.metadata(provenance_text(provenance));
  const auto length = static_cast<std::size_t>((width - 2.0 * margin) / character_width);
  for (const std::string& line : lines_of(caption(provenance), length)) {
    picture.text(margin, height, line, R"(font-family="monospace" font-size="10" fill="#666666" xml:space="preserve")");
    height += line_height;
  }
  return picture.svg(width, height);
}

}  // namespace palimpsest
