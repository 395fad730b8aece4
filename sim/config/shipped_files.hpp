#pragma once

#include <string>

namespace palimpsest {

/// The path of a table that an architecture in `directory` names: beside the architecture or, if it is not there, among
/// the tables that are installed with the tool, so that a copied architecture goes on working. Where neither has it:
/// the path beside the architecture.
std::string table_path(const std::string& directory, const std::string& name);

}  // namespace palimpsest
