#pragma once

#include <string>
#include <utility>
#include <vector>

namespace palimpsest {

/// The numbers of `1:10` (steps of 1), `0.5:4:0.5` or `1,2,5`: rising, at most 1000, each in [smallest, largest].
/// Throws UserError (usage_or_architecture) that names `option`.
std::vector<double> rising_numbers(const std::string& option, const std::string& text, double smallest, double largest);

/// The two numbers of `20:80`, the first below the second. Throws likewise.
std::pair<double, double> number_range(const std::string& option, const std::string& text, double smallest,
                                       double largest);

}  // namespace palimpsest
