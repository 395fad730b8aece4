#include "sim/run/chip_identity.hpp"

namespace palimpsest {

ChipIdentity chip_identity(const Architecture& architecture, const Trace& trace, std::uint64_t seed) {
  std::string digests;
  for (const SourceFile& file : trace.files) digests += file.sha256 + "  " + file.place + "\n";
  ChipIdentity chip{{"architecture_sha256", sha256_of(architecture.source.effective)},
                    {"trace_sha256", sha256_of(digests)},
                    {"seed", std::to_string(seed)}};
  // The effective architecture holds its tables, but only names this file, which is the last.
  if (!architecture.resistive_memory.faults.map_file.empty())
    chip.emplace("fault_map_sha256", architecture.source.files.back().sha256);
  return chip;
}

std::string differences(const ChipIdentity& chip, const ChipIdentity& other) {
  std::string text;
  for (const auto& [key, value] : chip) {
    const auto found = other.find(key);
    const std::string got = found == other.end() ? "nothing" : found->second;
    if (got == value) continue;
    text.append(text.empty() ? "" : "; ").append(key).append(": expected ").append(value).append(", got ").append(got);
  }
  return text;
}

}  // namespace palimpsest
