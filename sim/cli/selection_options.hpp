#pragma once

#include <string>

#include "sim/run/selection.hpp"

namespace palimpsest {

/// The selection of --phases (empty: all), --stages and --baselines, lists with commas. Throws UserError
/// (usage_or_architecture) with the names that there are; those of phases are checked with the trace (check_phases).
RunSelection parse_selection(const std::string& phases, const std::string& stages, const std::string& baselines);

inline constexpr const char* all_stages = "training,deployment,inference";
inline constexpr const char* all_baselines = "rm_rewrite,gpu";

}  // namespace palimpsest
