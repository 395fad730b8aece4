#pragma once

#include <vector>

#include "sim/run/outcome.hpp"

namespace palimpsest {

/// How each figure of an outcome, those by class left out, is spread over several draws; empty where the draws have
/// none.
struct OutcomeSpread {
  Outcome mean;
  Outcome deviation;  ///< standard deviation, with the draws less one as divisor
  Outcome smallest;
  Outcome largest;
};

/// Spread over at least two draws. Draws that are all alike have exactly their mean, and no deviation.
OutcomeSpread spread_of(const std::vector<Outcome>& draws);

}  // namespace palimpsest
