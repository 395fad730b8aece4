#pragma once

#include <map>
#include <string>

#include "sim/trace/trace.hpp"

namespace palimpsest {

/// An adapter in a file of its own, in place of one of a trace's.
struct AdapterFile {
  SourceFile source;  ///< its place is the adapter's name
  Adapter adapter;
  std::map<std::string, std::string> metadata;
};

/// Reads a safetensors file of the schema palimpsest.adapter (docs/restoring.md). It has the name of `replaced`, its
/// layers and in each its rank: what the chip stores and computes stays. Throws UserError (trace) that names file and
/// tensor.
AdapterFile read_adapter_file(const std::string& path, const Adapter& replaced);

}  // namespace palimpsest
