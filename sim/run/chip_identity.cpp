#include "sim/run/chip_identity.hpp"

namespace palimpsest {

ChipIdentity chip_identity(const Architecture& architecture, const Trace& trace, std::uint64_t seed) {
  std::string digests;
  for (const SourceFile& file : trace.files) digests += file.sha256 + "  " + file.place + "\n";
  return {{"architecture_sha256", sha256_of(architecture.source.effective)},
          {"trace_sha256", sha256_of(digests)},
          {"seed", std::to_string(seed)}};
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
