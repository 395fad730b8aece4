#include <algorithm>

#include "sim/operations/loop_links.hpp"
#include "sim/trace/network_assembly.hpp"

namespace palimpsest {

namespace {

constexpr std::uint32_t most_iterations = 65536;

/// Without its first extent; [1] if nothing is left.
Shape part_of(const Shape& shape) {
  if (shape.dimensions() == 1) return {1};
  return Shape(std::vector<std::uint32_t>(shape.extents().begin() + 1, shape.extents().end()));
}

Shape stacked(std::uint32_t iterations, const Shape& part) {
  std::vector<std::uint32_t> extents = {iterations};
  extents.insert(extents.end(), part.extents().begin(), part.extents().end());
  return Shape(extents);
}

/// Names as they are listed at `key` of a loop's parts, each once; `null` is none.
std::vector<std::string> listed(JsonReader& loop, const std::vector<std::pair<const char*, const char*>>& places) {
  std::vector<std::string> names;
  for (const auto& [list, key] : places) {
    for (JsonReader& part : loop.objects(list)) {
      const std::optional<std::string> name = part.text_or_null(key);
      if (name && std::find(names.begin(), names.end(), *name) == names.end()) names.push_back(*name);
    }
  }
  return names;
}

void check_listed(JsonReader& loop, const char* key, std::vector<std::string> expected) {
  std::vector<std::string> names = loop.texts(key);
  std::sort(names.begin(), names.end());
  std::sort(expected.begin(), expected.end());
  if (names == expected) return;
  std::string text;
  for (const std::string& name : expected) text += (text.empty() ? "" : ", ") + name;
  loop.fail(key, "expected the values that the loop's parts name: " + (text.empty() ? "none" : text));
}

}  // namespace

void NetworkAssembly::read_loop(JsonReader& reader, const std::string& name) {
  Loop loop;
  loop.iterations = reader.integer<std::uint32_t>("iterations", 1, most_iterations);
  check_listed(reader, "inputs", listed(reader, {{"carried", "initial"}, {"indexed", "from"}, {"constants", "from"}}));
  check_listed(reader, "outputs", listed(reader, {{"results", "value"}}));

  network_.open_loop();
  visible_.emplace_back();
  carried_out_.push_back(0);
  std::vector<JsonReader> carried = reader.objects("carried");
  for (const JsonReader& part : carried) read_carried(part, name, loop);
  for (const JsonReader& part : reader.objects("indexed")) read_indexed(part, name, loop);
  for (const JsonReader& part : reader.objects("constants")) read_constant(part, loop);
  JsonReader body = reader.object("body");
  read_operations(body);
  body.finish();
  for (std::size_t i = 0; i < carried.size(); ++i) read_next(carried[i], loop.carried[i]);
  if (loop.iterations > 1) check_membranes(body);
  std::vector<JsonReader> results = reader.objects("results");
  if (results.empty()) reader.fail("results", "expected at least one");
  for (const JsonReader& part : results) loop.results.push_back(read_result(part, name, loop.iterations));
  visible_.pop_back();
  const std::uint64_t of_iteration = carried_out_.back() + loop.indexed.size();
  carried_out_.pop_back();
  count(reader, "iterations", of_iteration * loop.iterations);
  for (std::size_t i = 0; i < results.size(); ++i)
    name_value(results[i], "value", results[i].text("value"), loop.results[i].value);
  network_.close_loop(std::move(loop));
  reader.finish();
}

void NetworkAssembly::check_membranes(JsonReader& body) {
  for (JsonReader& step : body.objects("operations")) {
    if (step.value("operation") != "lif") continue;
    const std::string membrane = step.texts("outputs")[1];
    if (used_.count(values_.at(membrane)) == 0)
      step.fail("outputs", "expected the membrane of neurons in a loop to be carried on: " + membrane +
                               " is no carried value's next, and no operation reads it");
  }
}

void NetworkAssembly::read_carried(JsonReader reader, const std::string& name, Loop& loop) {
  Loop::Carried carried;
  const std::optional<std::string> initial = reader.text_or_null("initial");
  Shape shape;
  if (initial) {
    carried.initial = outer_value(reader, "initial", *initial);
    shape = network_.shape(*carried.initial);
  } else {
    shape = read_shape(reader);
  }
  carried.value = network_.add_value(shape);
  if (!initial) carried.zeros = network_.keep(make_zeros(name, network_.next_index(), carried.value, shape));
  name_value(reader, "value", reader.text("value"), carried.value);
  loop.carried.push_back(carried);
}

void NetworkAssembly::read_indexed(JsonReader reader, const std::string& name, Loop& loop) {
  Loop::Indexed indexed;
  indexed.from = outer_value(reader, "from", reader.text("from"));
  const Shape& shape = network_.shape(indexed.from);
  if (shape.extent(0) != loop.iterations)
    reader.fail("from", "expected a value with a first extent of " + std::to_string(loop.iterations) +
                            ", one part for each iteration, got " + shown(shape));
  const Shape part = part_of(shape);
  indexed.value = network_.add_value(part);
  indexed.unstack = network_.keep(
      make_unstack(name, network_.next_index(), indexed.from, network_.shape(indexed.from), indexed.value, part));
  name_value(reader, "value", reader.text("value"), indexed.value);
  reader.finish();
  loop.indexed.push_back(indexed);
}

void NetworkAssembly::read_constant(JsonReader reader, Loop& loop) {
  Loop::Constant constant;
  constant.from = outer_value(reader, "from", reader.text("from"));
  constant.value = network_.add_value(network_.shape(constant.from));
  name_value(reader, "value", reader.text("value"), constant.value);
  reader.finish();
  loop.constants.push_back(constant);
}

void NetworkAssembly::read_next(JsonReader reader, Loop::Carried& carried) {
  carried.next = value_at(reader, "next");
  const Shape& shape = network_.shape(carried.value);
  if (network_.shape(carried.next) != shape)
    reader.fail("next", "expected a value of the carried one's shape " + shown(shape) + ", got " +
                            shown(network_.shape(carried.next)));
  for (const char* key : {"value", "initial"}) reader.value(key);
  if (!carried.initial) reader.value("shape");
  reader.finish();
}

Loop::Result NetworkAssembly::read_result(JsonReader reader, const std::string& name, std::uint32_t iterations) {
  Loop::Result result;
  result.from = value_at(reader, "from");
  const bool all = reader.choice<bool>("take", {{"last", false}, {"all", true}});
  const Shape part = network_.shape(result.from);
  const Shape shape = all ? stacked(iterations, part) : part;
  check_size(reader, "take", shape);
  result.value = network_.add_value(shape);
  if (all)
    result.stack = network_.keep(make_stack(name, network_.next_index(), result.from, part, result.value, shape));
  reader.value("value");
  reader.finish();
  return result;
}

std::uint32_t NetworkAssembly::outer_value(const JsonReader& reader, const char* key, const std::string& name) {
  const auto& outside = visible_[visible_.size() - 2];
  const auto found = outside.find(name);
  if (found == outside.end()) reader.fail(key, "no earlier operation gives the value " + name);
  used_.insert(found->second);
  return found->second;
}

}  // namespace palimpsest
