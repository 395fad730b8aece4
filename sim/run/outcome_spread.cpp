#include "sim/run/outcome_spread.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace palimpsest {

namespace {

constexpr std::array<std::optional<double> Outcome::*, 11> figures{
    &Accuracy::all,
    &Accuracy::retain,
    &Accuracy::forget,
    &Accuracy::fresh,
    &Accuracy::forget_without_adapter,
    &OutputError::mean_squared,
    &OutputError::mean_absolute,
    &OutputError::largest_absolute,
    &OutputError::r_squared,
    &OutputDeviation::root_mean_square,
    &OutputDeviation::largest,
};

}  // namespace

OutcomeSpread spread_of(const std::vector<Outcome>& draws) {
  OutcomeSpread spread;
  const auto count = static_cast<double>(draws.size());
  for (const auto member : figures) {
    if (!(draws.front().*member)) continue;
    const double first = *(draws.front().*member);
    double smallest = first;
    double largest = first;
    // Differences from the first draw: sums of equal shares would round.
    double sum = 0.0;
    for (const Outcome& draw : draws) {
      sum += *(draw.*member) - first;
      smallest = std::min(smallest, *(draw.*member));
      largest = std::max(largest, *(draw.*member));
    }
    const double mean = first + sum / count;
    double squares = 0.0;
    for (const Outcome& draw : draws) squares += std::pow(*(draw.*member) - mean, 2);
    spread.mean.*member = mean;
    spread.deviation.*member = std::sqrt(squares / (count - 1.0));
    spread.smallest.*member = smallest;
    spread.largest.*member = largest;
  }
  return spread;
}

}  // namespace palimpsest
