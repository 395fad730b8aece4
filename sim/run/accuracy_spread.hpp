#pragma once

#include <vector>

#include "sim/run/figures.hpp"

namespace palimpsest {

/// How each accuracy is spread over several draws; empty where the draws have none.
struct AccuracySpread {
  Accuracy mean;
  Accuracy deviation;  ///< standard deviation, with the draws less one as divisor
  Accuracy smallest;
  Accuracy largest;
};

/// Spread over at least two draws. Draws that are all alike have exactly their mean, and no deviation.
AccuracySpread spread_of(const std::vector<Accuracy>& draws);

}  // namespace palimpsest
