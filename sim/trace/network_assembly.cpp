#include "sim/trace/network_assembly.hpp"

#include <algorithm>
#include <utility>

#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

/// What is unrolled takes memory and time before anything is simulated.
constexpr std::uint64_t most_executions = std::uint64_t{1} << 20U;

float read_float(JsonReader& reader, const char* key) { return static_cast<float>(reader.number(key, -1e6, 1e6)); }

bool within_limits(const Shape& shape) {
  if (shape.dimensions() > most_dimensions) return false;
  std::uint64_t elements = 1;
  for (const std::uint32_t extent : shape.extents()) {
    elements *= extent;
    if (extent < 1 || extent > largest_extent || elements > largest_value) return false;
  }
  return true;
}

}  // namespace

Shape read_shape(JsonReader& reader) {
  const std::vector<std::int64_t> extents = reader.integers("shape", 1, largest_extent);
  if (extents.empty() || extents.size() > most_dimensions)
    reader.fail("shape", "expected 1.." + std::to_string(most_dimensions) + " dimensions");
  Shape shape(std::vector<std::uint32_t>(extents.begin(), extents.end()));
  if (!within_limits(shape)) reader.fail("shape", "expected at most " + std::to_string(largest_value) + " elements");
  return shape;
}

NetworkAssembly::NetworkAssembly(const ParameterShapes& parameters, std::uint32_t version,
                                 DepthwiseConvolutions depthwise_convolutions)
    : parameters_(parameters), version_(version), depthwise_convolutions_(depthwise_convolutions) {}

void NetworkAssembly::read_input(JsonReader reader) {
  const std::string name = reader.text("name");
  const Shape shape = read_shape(reader);
  if (version_ == 1 && shape.dimensions() != 2) reader.fail("shape", "expected [rows, columns]");
  network_ = Network(shape);
  if (version_ > 1) {
    network_.input_type = reader.choice<InputType>(
        "type", {{"u8", InputType::bytes}, {"f32", InputType::reals}, {"spikes", InputType::spikes}});
  }
  network_.input_scale = read_float(reader, "scale");
  network_.input_offset = read_float(reader, "offset");
  if (network_.input_scale == 0.0F) reader.fail("scale", "expected a scale other than 0");
  if (network_.input_type != InputType::bytes && network_.input_scale != 1.0F)
    reader.fail("scale", "expected 1, as the type is not u8");
  if (network_.input_type != InputType::bytes && network_.input_offset != 0.0F)
    reader.fail("offset", "expected 0, as the type is not u8");
  reader.finish();
  visible_.back().emplace(name, 0);
  values_.emplace(name, 0);
}

void NetworkAssembly::read_operations(JsonReader& reader) {
  const std::vector<JsonReader> steps = reader.objects("operations");
  if (steps.empty()) reader.fail("operations", "expected at least one operation");
  for (const JsonReader& step : steps) read_step(step);
}

void NetworkAssembly::read_step(JsonReader reader) {
  const std::string name = reader.text("name");
  if (!names_.insert(name).second) reader.fail("name", "expected a new name, got " + name);
  if (version_ > 1 && reader.value("operation") == "loop") {
    read_loop(reader, name);
  } else {
    read_operation(reader, name);
  }
}

void NetworkAssembly::read_operation(JsonReader& reader, const std::string& name) {
  OperationSource source{
      reader, version_, parameters_, network_.parameters, name, network_.next_index(), {}, {}, depthwise_convolutions_};
  for (const std::string& input : reader.texts("inputs")) {
    source.inputs.push_back(value_named(reader, "inputs", input));
    source.input_shapes.push_back(network_.shape(source.inputs.back()));
  }
  std::unique_ptr<Operation> operation = palimpsest::read_operation(source);
  name_outputs(reader, *operation);
  reader.finish();
  check_layout(reader, *operation);
  count(reader, "name", 1);
  network_.add(std::move(operation));
}

void NetworkAssembly::name_outputs(JsonReader& reader, const Operation& operation) {
  const char* key = version_ == 1 ? "output" : "outputs";
  for (const Shape& shape : operation.output_shapes()) check_size(reader, key, shape);
  const std::vector<std::string> names = version_ == 1 ? std::vector<std::string>{reader.text(key)} : reader.texts(key);
  if (names.size() != operation.output_shapes().size())
    reader.fail(
        key, "expected " + std::to_string(operation.output_shapes().size()) + ", got " + std::to_string(names.size()));
  for (std::size_t i = 0; i < names.size(); ++i)
    name_value(reader, key, names[i], network_.values() + static_cast<std::uint32_t>(i));
}

Network NetworkAssembly::finish(JsonReader& reader) {
  const std::uint32_t output = value_at(reader, "output");
  for (const auto& [name, value] : values_) {
    if (used_.count(value) == 0 && !is_beside_used(value))
      reader.fail("operations", "expected every value to be used, got no use of " + name);
  }
  network_.finish(output);
  for (const Execution& execution : network_.executions()) {
    if (execution.use >= most_uses)
      reader.fail("operations", "expected a weight to be used at most " + std::to_string(most_uses) +
                                    " times by a sample, got more uses by " + execution.operation->name());
  }
  return std::move(network_);
}

void NetworkAssembly::check_layout(const JsonReader& reader, const Operation& operation) {
  for (const std::string& name : operation.digital_parameters()) in_digital_memory_.insert(name);
  if (const ArrayProduct* product = operation.array_product()) {
    const ArrayProduct& first = in_arrays_.emplace(product->weight, *product).first->second;
    if (first.groups != product->groups)
      reader.fail("groups", "expected " + std::to_string(first.groups) + ", as another operation uses " +
                                product->weight + ", got " + std::to_string(product->groups));
  }
  for (const auto& [name, first] : in_arrays_) {
    if (in_digital_memory_.count(name) != 0 && network_.parameters.at(name).dimensions() != 2)
      reader.fail("name",
                  "expected a weight of a convolution to be used by convolutions alone, got another use of " + name);
  }
}

void NetworkAssembly::count(const JsonReader& reader, const char* key, std::uint64_t operations) {
  carried_out_.back() += operations;
  if (carried_out_.back() > most_executions)
    reader.fail(key, "expected at most " + std::to_string(most_executions) +
                         " operations for a sample, each counted in every iteration, got more");
}

bool NetworkAssembly::is_beside_used(std::uint32_t value) const {
  for (const auto& operation : network_.operations()) {
    const std::vector<std::uint32_t>& outputs = operation->outputs();
    if (std::find(outputs.begin(), outputs.end(), value) == outputs.end()) continue;
    return std::any_of(outputs.begin(), outputs.end(), [&](std::uint32_t other) { return used_.count(other) != 0; });
  }
  return false;
}

std::uint32_t NetworkAssembly::value_at(JsonReader& reader, const char* key) {
  const std::string name = reader.text(key);
  const auto found = visible_.back().find(name);
  if (found == visible_.back().end()) reader.fail(key, "expected the name of a value, got " + name);
  used_.insert(found->second);
  return found->second;
}

std::uint32_t NetworkAssembly::value_named(const JsonReader& reader, const char* key, const std::string& name) {
  const auto found = visible_.back().find(name);
  if (found == visible_.back().end()) reader.fail(key, "no earlier operation gives the value " + name);
  used_.insert(found->second);
  return found->second;
}

void NetworkAssembly::name_value(const JsonReader& reader, const char* key, const std::string& name,
                                 std::uint32_t value) {
  if (!values_.emplace(name, value).second) reader.fail(key, "expected the name of a new value, got " + name);
  visible_.back().emplace(name, value);
}

void NetworkAssembly::check_size(const JsonReader& reader, const char* key, const Shape& shape) const {
  if (!within_limits(shape))
    reader.fail(key, "expected 1.." + std::to_string(most_dimensions) + " dimensions, extents of 1.." +
                         std::to_string(largest_extent) + " and at most " + std::to_string(largest_value) +
                         " elements, got " + shown(shape));
}

}  // namespace palimpsest
