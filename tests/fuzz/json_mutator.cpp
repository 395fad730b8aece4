#include "tests/fuzz/json_mutator.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "tests/fuzz/harness.hpp"

namespace palimpsest::fuzz {
namespace {

using nlohmann::json;

std::size_t below(std::size_t count, std::mt19937& random) { return random() % count; }

void collect(json& node, std::vector<json*>& nodes) {
  nodes.push_back(&node);
  if (node.is_structured())
    for (json& child : node) collect(child, nodes);
}

json edge_value(std::mt19937& random) {
  static const std::array<json, 24> edges{nullptr,
                                          true,
                                          json::array(),
                                          json::object(),
                                          0,
                                          1,
                                          -1,
                                          2,
                                          255,
                                          65536,
                                          65537,
                                          1'000'000,
                                          std::int64_t{1} << 32U,
                                          std::numeric_limits<std::int64_t>::max(),
                                          std::numeric_limits<std::int64_t>::min(),
                                          std::numeric_limits<std::uint64_t>::max(),
                                          -0.0,
                                          0.5,
                                          8.0,
                                          5e-324,
                                          1e-30,
                                          1e30,
                                          1.7976931348623157e308,
                                          "text"};
  return edges[below(edges.size(), random)];
}

void change_number(json& number, std::mt19937& random) {
  const bool whole = number.is_number_integer();
  const double factor = std::array{0.1, 0.5, 0.9, 1.1, 2.0, 10.0, 1000.0, -1.0}[below(8, random)];
  if (!whole)
    number = number.get<double>() * factor;
  else if (below(2, random) == 0)
    number = static_cast<std::uint64_t>(number.get<std::uint64_t>() + (below(2, random) == 0 ? 1 : ~std::uint64_t{0}));
  else
    number = number.get<std::int64_t>() / 2 + static_cast<std::int64_t>(below(1000, random));
}

void change_text(std::string& text, std::mt19937& random) {
  if (text.empty() || below(4, random) == 0)
    text.insert(below(text.size() + 1, random), 1, static_cast<char>(below(128, random)));
  else if (below(2, random) == 0)
    text.erase(below(text.size(), random), 1 + below(8, random));
  else
    text[below(text.size(), random)] = static_cast<char>(below(128, random));
}

void change_object(json& object, json copy, std::mt19937& random) {
  auto place = object.begin();
  std::advance(place, static_cast<std::ptrdiff_t>(below(object.size(), random)));
  switch (below(3, random)) {
    case 0:
      object.erase(place);
      break;
    case 1:
      *place = std::move(copy);
      break;
    default:
      object[place.key() + "x"] = std::move(copy);
  }
}

void change_array(json& array, json copy, std::mt19937& random) {
  const auto place = static_cast<std::ptrdiff_t>(below(array.size(), random));
  const json element = array.at(static_cast<std::size_t>(place));
  switch (below(4, random)) {
    case 0:
      array.erase(array.begin() + place);
      break;
    case 1:
      array.insert(array.begin() + place, element);
      break;
    case 2:
      std::swap(array.front(), array.at(static_cast<std::size_t>(place)));
      break;
    default:
      array.insert(array.begin() + place, std::move(copy));
  }
}

}  // namespace

void mutate(json& document, std::mt19937& random) {
  do {
    std::vector<json*> nodes;
    collect(document, nodes);
    json& node = *nodes[below(nodes.size(), random)];
    json copy = *nodes[below(nodes.size(), random)];
    // A copy of a large part in many places would only make inputs long.
    if (copy.is_structured() && copy.size() > 8) copy = nullptr;
    if (below(5, random) == 0)
      node = edge_value(random);
    else if (below(8, random) == 0)
      node = std::move(copy);
    else if (node.is_number())
      change_number(node, random);
    else if (node.is_string())
      change_text(node.get_ref<std::string&>(), random);
    else if (node.is_object() && !node.empty())
      change_object(node, std::move(copy), random);
    else if (node.is_array() && !node.empty())
      change_array(node, std::move(copy), random);
    else
      node = edge_value(random);
  } while (below(3, random) == 0);
}

std::size_t mutate_json(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  std::mt19937 random(seed);
  json document = json::parse(input_to_change(data, size, most, random), nullptr, false);
  if (document.is_discarded() || random() % 8 == 0) return LLVMFuzzerMutate(data, size, most);
  mutate(document, random);
  const std::string text = document.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::copy(text.begin(), text.end(), data);
  return text.size();
}

std::string text_of(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace palimpsest::fuzz
