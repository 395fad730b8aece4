#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/config/architecture.hpp"

namespace palimpsest::test {

/// A field of an architecture with all its files in place, what a test writes into it, and what then has to be read.
struct ArchitectureField {
  std::string pointer;
  nlohmann::json written;
  nlohmann::json expected;  ///< of a quantity: in the unit of the configuration
  std::function<nlohmann::json(const Architecture&)> read;
};

/// Every field but schemas and versions. No two numbers that are expected are equal, and no word is the one that the
/// shipped file has. The cell is gate-controlled.
const std::vector<ArchitectureField>& every_field();

/// The fields of a soft-bound cell and its pulses that a gate-controlled one does not have.
const std::vector<ArchitectureField>& soft_bound_fields();

}  // namespace palimpsest::test
