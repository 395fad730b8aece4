#include <catch2/catch.hpp>
#include <vector>

#include "sim/run/outcome_spread.hpp"

using namespace palimpsest;

namespace {

Outcome draw(double all, std::optional<double> fresh) {
  Outcome accuracy;
  accuracy.all = all;
  accuracy.fresh = fresh;
  return accuracy;
}

}  // namespace

TEST_CASE("Mean, standard deviation and extremes are those worked out by hand") {
  // Deviations from the mean of 0.5: -0.25, 0.25, 0.125, -0.125; squares sum to 0.15625, divided by 3.
  const OutcomeSpread spread = spread_of({draw(0.25, 1.0), draw(0.75, 1.0), draw(0.625, 1.0), draw(0.375, 0.0)});
  CHECK(spread.mean.all == 0.5);
  CHECK(spread.deviation.all == Approx(0.228217732293819).epsilon(1e-14));
  CHECK(spread.smallest.all == 0.25);
  CHECK(spread.largest.all == 0.75);
  CHECK(spread.mean.fresh == 0.75);
  CHECK(spread.deviation.fresh == 0.5);
  CHECK(spread.smallest.fresh == 0.0);
  CHECK(spread.largest.fresh == 1.0);
}

TEST_CASE("Accuracies that no draw has are in none of the statistics") {
  const OutcomeSpread spread = spread_of({draw(0.25, std::nullopt), draw(0.75, std::nullopt)});
  for (const Outcome& accuracy : {spread.mean, spread.deviation, spread.smallest, spread.largest}) {
    CHECK(accuracy.all.has_value());
    CHECK_FALSE(accuracy.fresh.has_value());
    CHECK_FALSE(accuracy.retain.has_value());
    CHECK_FALSE(accuracy.forget.has_value());
    CHECK_FALSE(accuracy.forget_without_adapter.has_value());
  }
}

TEST_CASE("Draws that are all alike have exactly their value as mean and no deviation") {
  const double share = 119.0 / 150.0;  // a hundred of them do not add up to a hundred times it
  const OutcomeSpread spread = spread_of(std::vector<Outcome>(100, draw(share, share)));
  CHECK(spread.mean.all == share);
  CHECK(spread.deviation.all == 0.0);
}
