#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sim/config/json_document.hpp"

namespace palimpsest {

/// Reads one JSON object, key by key, into checked types; nlohmann's own conversions wrap and truncate without a word.
/// An integer must be written as one: 8.0 and 8e0 are refused like 8.5. Bounds are inclusive. Every error is a
/// UserError with the file and the JSON pointer. The document must outlive its readers.
class JsonReader {
 public:
  /// The document's root. Throws UserError if it is not an object.
  explicit JsonReader(const JsonDocument& document);

  bool has(const std::string& key) const;
  std::vector<std::string> keys() const;

  const nlohmann::json& value(const std::string& key) { return read(key); }  ///< unchecked

  JsonReader object(const std::string& key);
  /// An object, or the string `word`, which gives none.
  std::optional<JsonReader> object_or(const std::string& key, const std::string& word);
  std::vector<JsonReader> objects(const std::string& key);  ///< an array of objects

  template <class Integer>
  Integer integer(const std::string& key, Integer smallest, Integer largest) {
    static_assert(std::is_integral_v<Integer>);
    const auto least = static_cast<std::int64_t>(smallest);
    const auto most = static_cast<std::int64_t>(largest);
    return static_cast<Integer>(checked_integer(read(key), pointer_of(key), least, most));
  }

  /// An integer, or the string `word`, which gives no value.
  std::optional<std::uint32_t> integer_or(const std::string& key, const std::string& word, std::uint32_t smallest,
                                          std::uint32_t largest);

  double number(const std::string& key, double smallest, double largest);

  /// A number, or one of `words`, of which the place in the list is given.
  std::variant<double, std::size_t> number_or_word(const std::string& key, const std::vector<std::string>& words,
                                                   double smallest, double largest);

  /// A number, or the string `word`, which gives no value.
  std::optional<double> number_or(const std::string& key, const std::string& word, double smallest, double largest);

  std::vector<double> numbers(const std::string& key, double smallest, double largest);  ///< an array of numbers

  bool truth(const std::string& key);  ///< true or false

  /// Text that is not empty and has no control characters.
  std::string text(const std::string& key);
  std::optional<std::string> text_or_null(const std::string& key);

  std::vector<std::string> texts(const std::string& key);
  std::vector<std::int64_t> integers(const std::string& key, std::int64_t smallest, std::int64_t largest);

  /// The value that stands behind the string found at `key`.
  template <class Value>
  Value choice(const std::string& key, const std::vector<std::pair<std::string, Value>>& choices) {
    std::vector<std::string> words;
    words.reserve(choices.size());
    for (const auto& [word, value] : choices) words.push_back(word);
    return choices[checked_choice(key, words)].second;
  }

  /// Checks the keys `schema` and `version`.
  void schema(const std::string& name, std::uint32_t version);
  /// The same for a schema of which several versions are read. Gives the version.
  std::uint32_t schema(const std::string& name, std::uint32_t oldest, std::uint32_t newest);

  /// Refuses keys that nobody read.
  void finish() const;

  [[noreturn]] void fail(const std::string& key, const std::string& message) const;

  /// An error in which several keys take part. It is reported at the one that was overridden last, or else at the
  /// first.
  [[noreturn]] void fail(std::initializer_list<const char*> keys, const std::string& message) const;

 private:
  JsonReader(const JsonDocument& document, const nlohmann::json& value, std::string pointer);

  const nlohmann::json& read(const std::string& key);
  const nlohmann::json& read_array(const std::string& key);
  double checked_number(const nlohmann::json& value, const std::string& pointer, double smallest, double largest) const;
  std::string pointer_of(const std::string& key) const;
  std::int64_t checked_integer(const nlohmann::json& value, const std::string& pointer, std::int64_t smallest,
                               std::int64_t largest) const;
  std::string checked_text(const nlohmann::json& value, const std::string& pointer) const;
  std::size_t checked_choice(const std::string& key, const std::vector<std::string>& words);

  const JsonDocument* document_;
  const nlohmann::json* value_;
  std::string pointer_;
  std::set<std::string> read_;
};

}  // namespace palimpsest
