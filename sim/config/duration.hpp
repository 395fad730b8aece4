#pragma once

#include <string>

namespace palimpsest {

/// Seconds of a number with a unit behind it, as in 30d: s, min, h, d, y (of 365.25 days); at most 1000y. Throws
/// UserError (usage_or_architecture) that names `option`.
double parse_duration(const std::string& option, const std::string& text);

/// Seconds in the largest of these units that there is one of, six significant digits: 2592000 gives "30 d".
std::string duration_text(double seconds);

}  // namespace palimpsest
