#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/config/source_file.hpp"

namespace palimpsest {

/// An option that decides the figures of a report.
struct OptionText {
  std::string name;   ///< without the dashes
  std::string value;  ///< as on the command line
  bool is_default = false;
};

struct TraceSource {
  std::string directory;
  std::vector<SourceFile> files;
};

/// Adapters from files in place of the trace's.
struct AdapterSource {
  std::vector<SourceFile> files;  ///< their places are the adapters' names
  bool any_chip = false;          ///< whether they may have been trained for another chip
};

/// What a report was made from: with the tool of that version, enough to make it again.
struct Provenance {
  std::string version;  ///< of the tool
  std::string command;
  std::vector<OptionText> options;
  std::vector<std::uint64_t> seeds;  ///< of the runs that a picture puts together, in place of the option; else empty
  std::optional<ArchitectureSource> architecture;
  std::optional<TraceSource> trace;
  AdapterSource adapters;
};

}  // namespace palimpsest
