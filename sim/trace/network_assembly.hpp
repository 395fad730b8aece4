#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/config/json_reader.hpp"
#include "sim/graph/network.hpp"
#include "sim/operations/operation_source.hpp"

namespace palimpsest {

/// Puts a network together from its description in a trace, knowing the values by name. Every error is a UserError
/// (trace) that names the place.
class NetworkAssembly {
 public:
  /// `version` is that of the trace format. The parameters outlive the object.
  NetworkAssembly(const ParameterShapes& parameters, std::uint32_t version,
                  DepthwiseConvolutions depthwise_convolutions = DepthwiseConvolutions::vector_unit);

  void read_input(JsonReader reader);
  /// Reads `operations` of a network or of a loop's body.
  void read_operations(JsonReader& reader);
  /// Reads which value is the output.
  Network finish(JsonReader& reader);

 private:
  void read_step(JsonReader reader);
  void read_operation(JsonReader& reader, const std::string& name);
  void read_loop(JsonReader& reader, const std::string& name);

  /// Throws if neurons of the loop whose body this is would forget their state: neither its carried values nor its
  /// operations, all of them read, use the membrane.
  void check_membranes(JsonReader& body);
  void read_carried(JsonReader reader, const std::string& name, Loop& loop);
  void read_indexed(JsonReader reader, const std::string& name, Loop& loop);
  void read_constant(JsonReader reader, Loop& loop);
  void read_next(JsonReader reader, Loop::Carried& carried);
  Loop::Result read_result(JsonReader reader, const std::string& name, std::uint32_t iterations);

  /// The value that `key` names, seen from where the assembly is.
  std::uint32_t value_at(JsonReader& reader, const char* key);
  std::uint32_t value_named(const JsonReader& reader, const char* key, const std::string& name);
  /// The same, seen from outside the loop that is being read.
  std::uint32_t outer_value(const JsonReader& reader, const char* key, const std::string& name);
  /// Gives `value` the new name that stands at `key`.
  void name_value(const JsonReader& reader, const char* key, const std::string& name, std::uint32_t value);
  void name_outputs(JsonReader& reader, const Operation& operation);
  /// Whether another output of the operation that gives `value` is used.
  bool is_beside_used(std::uint32_t value) const;
  void check_size(const JsonReader& reader, const char* key, const Shape& shape) const;
  /// Refuses an operation that needs its parameters laid out otherwise than another one does.
  void check_layout(const JsonReader& reader, const Operation& operation);
  /// Counts operations of the network, or of the loop that is open, as they are carried out.
  void count(const JsonReader& reader, const char* key, std::uint64_t operations);

  const ParameterShapes& parameters_;
  std::uint32_t version_;
  DepthwiseConvolutions depthwise_convolutions_;
  Network network_;
  std::vector<std::map<std::string, std::uint32_t>> visible_{1};  ///< values of the network, of each open loop
  std::map<std::string, std::uint32_t> values_;                   ///< all of them
  std::set<std::string> names_;                                   ///< of operations
  std::map<std::string, ArrayProduct> in_arrays_;                 ///< by weight: its first user
  std::set<std::string> in_digital_memory_;                       ///< parameters
  std::vector<std::uint64_t> carried_out_{0};                     ///< operations of the network, of each open loop
  std::set<std::uint32_t> used_;
};

/// Reads the shape of a value at `shape`.
Shape read_shape(JsonReader& reader);

}  // namespace palimpsest
