#include "sim/config/json_reader.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "sim/config/json_syntax.hpp"

namespace palimpsest {
namespace {

constexpr std::size_t longest_shown_text = 60;

std::string shown(const nlohmann::json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  using Handler = nlohmann::json::error_handler_t;
  std::string text = value.dump(-1, ' ', true, Handler::replace);
  if (text.size() > longest_shown_text) text = text.substr(0, longest_shown_text) + "...";
  return text;
}

std::string shown(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", number);
  return text;
}

std::string shown_range(const std::string& smallest, const std::string& largest) {
  return smallest == largest ? smallest : smallest + ".." + largest;
}

std::string joined(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

}  // namespace

JsonReader::JsonReader(const JsonDocument& document) : JsonReader(document, document.value(), "") {}

JsonReader::JsonReader(const JsonDocument& document, const nlohmann::json& value, std::string pointer)
    : document_(&document), value_(&value), pointer_(std::move(pointer)) {
  if (!value.is_object()) document_->fail(pointer_, "expected an object, got " + shown(value));
}

bool JsonReader::has(const std::string& key) const { return value_->contains(key); }

std::vector<std::string> JsonReader::keys() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : value_->items()) names.push_back(name);
  return names;
}

JsonReader JsonReader::object(const std::string& key) { return {*document_, read(key), pointer_of(key)}; }

std::optional<JsonReader> JsonReader::object_or(const std::string& key, const std::string& word) {
  const nlohmann::json& value = read(key);
  if (value == word) return std::nullopt;
  if (!value.is_object()) fail(key, "expected \"" + word + "\" or an object, got " + shown(value));
  return object(key);
}

std::vector<JsonReader> JsonReader::objects(const std::string& key) {
  std::vector<JsonReader> readers;
  for (const nlohmann::json& element : read_array(key))
    readers.push_back({*document_, element, pointer_of(key) + '/' + std::to_string(readers.size())});
  return readers;
}

std::optional<std::uint32_t> JsonReader::integer_or(const std::string& key, const std::string& word,
                                                    std::uint32_t smallest, std::uint32_t largest) {
  const nlohmann::json& value = read(key);
  if (value == word) return std::nullopt;
  if (value.is_number()) return integer<std::uint32_t>(key, smallest, largest);
  fail(key, "expected \"" + word + "\" or " + shown_range(std::to_string(smallest), std::to_string(largest)) +
                ", got " + shown(value));
}

double JsonReader::number(const std::string& key, double smallest, double largest) {
  return checked_number(read(key), pointer_of(key), smallest, largest);
}

std::variant<double, std::size_t> JsonReader::number_or_word(const std::string& key,
                                                             const std::vector<std::string>& words, double smallest,
                                                             double largest) {
  const nlohmann::json& value = read(key);
  if (value.is_number()) return number(key, smallest, largest);
  for (std::size_t word = 0; word < words.size(); ++word) {
    if (value == words[word]) return word;
  }
  fail(key, "expected one of " + joined(words) + ", or a number in " + shown_range(shown(smallest), shown(largest)) +
                "; got " + shown(value));
}

std::optional<double> JsonReader::number_or(const std::string& key, const std::string& word, double smallest,
                                            double largest) {
  const auto value = number_or_word(key, {word}, smallest, largest);
  if (std::holds_alternative<double>(value)) return std::get<double>(value);
  return std::nullopt;
}

std::vector<double> JsonReader::numbers(const std::string& key, double smallest, double largest) {
  std::vector<double> list;
  for (const nlohmann::json& element : read_array(key))
    list.push_back(checked_number(element, pointer_of(key) + '/' + std::to_string(list.size()), smallest, largest));
  return list;
}

std::string JsonReader::text(const std::string& key) { return checked_text(read(key), pointer_of(key)); }

bool JsonReader::truth(const std::string& key) {
  const nlohmann::json& value = read(key);
  if (!value.is_boolean()) fail(key, "expected true or false, got " + shown(value));
  return value.get<bool>();
}

std::optional<std::string> JsonReader::text_or_null(const std::string& key) {
  if (read(key).is_null()) return std::nullopt;
  return text(key);
}

std::vector<std::string> JsonReader::texts(const std::string& key) {
  std::vector<std::string> list;
  for (const nlohmann::json& element : read_array(key))
    list.push_back(checked_text(element, pointer_of(key) + '/' + std::to_string(list.size())));
  return list;
}

std::vector<std::int64_t> JsonReader::integers(const std::string& key, std::int64_t smallest, std::int64_t largest) {
  std::vector<std::int64_t> list;
  for (const nlohmann::json& element : read_array(key))
    list.push_back(checked_integer(element, pointer_of(key) + '/' + std::to_string(list.size()), smallest, largest));
  return list;
}

void JsonReader::schema(const std::string& name, std::uint32_t version) { schema(name, version, version); }

std::uint32_t JsonReader::schema(const std::string& name, std::uint32_t oldest, std::uint32_t newest) {
  checked_choice("schema", {name});
  return integer("version", oldest, newest);
}

void JsonReader::finish() const {
  for (const std::string& key : keys())
    if (read_.count(key) == 0) fail(key, "unknown key; expected " + joined({read_.begin(), read_.end()}));
}

void JsonReader::fail(const std::string& key, const std::string& message) const {
  document_->fail(pointer_of(key), message);
}

void JsonReader::fail(std::initializer_list<const char*> keys, const std::string& message) const {
  const auto earlier = [this](const char* left, const char* right) {
    return document_->attribution(pointer_of(left)) < document_->attribution(pointer_of(right));
  };
  fail(std::string(*std::max_element(keys.begin(), keys.end(), earlier)), message);
}

const nlohmann::json& JsonReader::read(const std::string& key) {
  read_.insert(key);
  const auto found = value_->find(key);
  if (found == value_->end()) fail(key, "the key is missing");
  return *found;
}

const nlohmann::json& JsonReader::read_array(const std::string& key) {
  const nlohmann::json& value = read(key);
  if (!value.is_array()) fail(key, "expected an array, got " + shown(value));
  return value;
}

std::string JsonReader::pointer_of(const std::string& key) const { return pointer_ + '/' + pointer_step(key); }

double JsonReader::checked_number(const nlohmann::json& value, const std::string& pointer, double smallest,
                                  double largest) const {
  const std::string range = shown_range(shown(smallest), shown(largest));
  if (!value.is_number()) document_->fail(pointer, "expected a number in " + range + ", got " + shown(value));
  const auto number = value.get<double>();
  if (!std::isfinite(number) || number < smallest || number > largest)
    document_->fail(pointer, "expected " + range + ", got " + shown(value));
  return number;
}

std::int64_t JsonReader::checked_integer(const nlohmann::json& value, const std::string& pointer, std::int64_t smallest,
                                         std::int64_t largest) const {
  const std::string range = shown_range(std::to_string(smallest), std::to_string(largest));
  if (!value.is_number_integer()) document_->fail(pointer, "expected an integer in " + range + ", got " + shown(value));
  const bool beyond_signed =
      value.is_number_unsigned() &&
      value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const std::int64_t number = beyond_signed ? 0 : value.get<std::int64_t>();
  if (beyond_signed || number < smallest || number > largest)
    document_->fail(pointer, "expected " + range + ", got " + shown(value));
  return number;
}

std::string JsonReader::checked_text(const nlohmann::json& value, const std::string& pointer) const {
  if (!value.is_string()) document_->fail(pointer, "expected a string, got " + shown(value));
  const auto& text = value.get_ref<const std::string&>();
  const auto is_control = [](char character) { return static_cast<unsigned char>(character) < 0x20; };
  if (text.empty() || std::any_of(text.begin(), text.end(), is_control))
    document_->fail(pointer, "expected text without control characters, got " + shown(value));
  return text;
}

std::size_t JsonReader::checked_choice(const std::string& key, const std::vector<std::string>& words) {
  const nlohmann::json& value = read(key);
  const auto found = std::find_if(words.begin(), words.end(), [&](const std::string& word) { return value == word; });
  if (found == words.end())
    fail(key, (words.size() == 1 ? "expected " : "expected one of ") + joined(words) + "; got " + shown(value));
  return static_cast<std::size_t>(found - words.begin());
}

}  // namespace palimpsest
