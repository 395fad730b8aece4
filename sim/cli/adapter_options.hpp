#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/run/chip_identity.hpp"
#include "sim/run/provenance.hpp"

namespace palimpsest {

/// What --adapter and --adapter-any-chip say.
struct AdapterOptions {
  std::vector<std::string> settings;  ///< NAME=FILE
  bool any_chip = false;
};

/// Adapters in place of the trace's, and where they are from.
struct ReplacingAdapters {
  std::map<std::string, Adapter> adapters;
  AdapterSource source;
};

/// Reads the files that `options` name and, where it names none for an adapter, those that the report `from` was made
/// with (`recorded`, null without such a report), which must be unchanged. Throws UserError: usage_or_architecture for
/// options that say nothing, trace for a file that is none for its adapter, or that was trained for another chip than
/// `chip` unless any chip's are taken.
ReplacingAdapters read_adapters(const AdapterOptions& options, const AdapterSource* recorded, const std::string& from,
                                const Trace& trace, const ChipIdentity& chip);

}  // namespace palimpsest
