#include "sim/operations/operation_source.hpp"

namespace palimpsest {

namespace {

void use_parameter(const OperationSource& source, const char* key, const std::string& parameter, const Shape& shape) {
  const auto [place, is_new] = source.used_parameters.emplace(parameter, shape);
  if (!is_new && place->second != shape)
    source.reader.fail(key, "expected a parameter " + shown(shape) + ", got " + parameter + ", which is " +
                                shown(place->second) + " elsewhere");
}

}  // namespace

void OperationSource::expect_inputs(std::size_t count) const {
  if (inputs.size() != count)
    reader.fail("inputs", "expected " + std::to_string(count) + ", got " + std::to_string(inputs.size()));
}

std::string OperationSource::parameter(const char* key, const Shape& shape) const {
  std::string parameter = reader.text(key);
  use_parameter(*this, key, parameter, shape);
  return parameter;
}

std::string OperationSource::parameter_or_null(const char* key, const Shape& shape) const {
  const std::optional<std::string> parameter = reader.text_or_null(key);
  if (!parameter) return "";
  use_parameter(*this, key, *parameter, shape);
  return *parameter;
}

float OperationSource::epsilon() const { return static_cast<float>(reader.number("epsilon", 1e-30, 1.0)); }

std::vector<std::uint32_t> OperationSource::extents(const char* key, std::size_t count, std::int64_t smallest,
                                                    std::int64_t largest) const {
  const std::vector<std::int64_t> read = reader.integers(key, smallest, largest);
  if (read.size() != count)
    reader.fail(key, "expected " + std::to_string(count) + " numbers, got " + std::to_string(read.size()));
  return {read.begin(), read.end()};
}

}  // namespace palimpsest
