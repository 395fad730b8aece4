#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/physics/mapping.hpp"
#include "sim/config/json_reader.hpp"
#include "sim/operations/operation.hpp"

namespace palimpsest {

/// Shapes of the parameters that a network may use.
class ParameterShapes {
 public:
  ParameterShapes() = default;
  ParameterShapes(const ParameterShapes&) = delete;
  ParameterShapes& operator=(const ParameterShapes&) = delete;
  virtual ~ParameterShapes() = default;

  /// Throws UserError (trace) if there is no such parameter, or one of other than `dimensions` dimensions (0: any).
  virtual Shape shape(const std::string& name, std::size_t dimensions) const = 0;
  /// Throws UserError (trace) that names the parameter's place.
  [[noreturn]] virtual void fail(const std::string& name, const std::string& message) const = 0;
};

/// What an operation is made from: its description in a trace and what is known of its surroundings.
struct OperationSource {
  JsonReader& reader;
  std::uint32_t version = 0;  ///< of the trace format
  const ParameterShapes& parameters;
  std::map<std::string, Shape>& used_parameters;  ///< of the network, by name
  std::string name;
  std::uint32_t index = 0;
  std::vector<std::uint32_t> inputs;
  std::vector<Shape> input_shapes;
  DepthwiseConvolutions depthwise_convolutions = DepthwiseConvolutions::vector_unit;

  /// Throws UserError unless there are `count` inputs.
  void expect_inputs(std::size_t count) const;
  /// Reads the name of a parameter at `key`, which the operation uses in this shape. Throws UserError if another
  /// operation uses it in another one.
  std::string parameter(const char* key, const Shape& shape) const;
  /// The same, or null in the trace: an empty name.
  std::string parameter_or_null(const char* key, const Shape& shape) const;
  float epsilon() const;
  /// Extents at `key`, `count` of them.
  std::vector<std::uint32_t> extents(const char* key, std::size_t count, std::int64_t smallest,
                                     std::int64_t largest) const;
};

}  // namespace palimpsest
