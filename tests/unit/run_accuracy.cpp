#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "sim/run/accuracy.hpp"

using namespace palimpsest;

namespace {

// Test samples 0..5; the phase knows classes 0 and 1 to keep, 2 to forget, 3 as new, and class 4 not at all.
Trace labelled() {
  Trace trace;
  trace.labels = {0, 1, 2, 2, 3, 4};
  return trace;
}

Phase phase() {
  Phase made;
  made.retain = {0, 1};
  made.forget = {2};
  made.fresh = {3};
  made.samples = {0, 1, 2, 3, 4};
  return made;
}

/// Scores whose largest is in the given columns.
Eigen::MatrixXf answers(const std::vector<Eigen::Index>& columns) {
  Eigen::MatrixXf scores = Eigen::MatrixXf::Constant(static_cast<Eigen::Index>(columns.size()), 5, -3.0F);
  for (std::size_t row = 0; row < columns.size(); ++row) scores(static_cast<Eigen::Index>(row), columns[row]) = -1.0F;
  return scores;
}

}  // namespace

TEST_CASE("Each group of classes has its own share of correct answers") {
  const Accuracy accuracy = accuracy_of(labelled(), phase(), answers({0, 0, 2, 0, 3}));
  CHECK(accuracy.all == Approx(3.0 / 5.0));
  CHECK(accuracy.retain == Approx(1.0 / 2.0));
  CHECK(accuracy.forget == Approx(1.0 / 2.0));
  CHECK(accuracy.fresh == Approx(1.0));
  CHECK_FALSE(accuracy.forget_without_adapter.has_value());
}

TEST_CASE("A group without samples has no share") {
  Phase without = phase();
  without.forget = {};
  without.fresh = {4};
  const Accuracy accuracy = accuracy_of(labelled(), without, answers({0, 1, 2, 2, 3}));
  CHECK_FALSE(accuracy.forget.has_value());
  CHECK_FALSE(accuracy.fresh.has_value());
  CHECK(accuracy.all == Approx(1.0));
  CHECK(accuracy.retain == Approx(1.0));
}

TEST_CASE("All wrong is a share of zero") {
  const Accuracy accuracy = accuracy_of(labelled(), phase(), answers({4, 4, 4, 4, 4}));
  CHECK(accuracy.all == 0.0);
  CHECK(accuracy.retain == 0.0);
}

TEST_CASE("Rows of the scores belong to the samples in their order") {
  const std::vector<std::uint32_t> samples = {4, 0, 2};
  CHECK(share_correct(labelled(), samples, answers({3, 0, 2})) == Approx(1.0));
  CHECK(share_correct(labelled(), samples, answers({0, 0, 2})) == Approx(2.0 / 3.0));
  CHECK_FALSE(share_correct(labelled(), {}, Eigen::MatrixXf(0, 5)).has_value());
}

TEST_CASE("Answers that come in parts belong to the samples from their first one on") {
  const std::vector<std::uint32_t> samples = {4, 0, 2};
  CorrectShare share;
  share.add(labelled(), samples, 0, answers({3}));
  share.add(labelled(), samples, 1, answers({0, 2}));
  CHECK(share.share() == Approx(1.0));
  share.add(labelled(), samples, 2, answers({3}));
  CHECK(share.share() == Approx(3.0 / 4.0));
}

TEST_CASE("Forgotten samples are the phase's samples of classes to forget") {
  CHECK(forgotten_samples(labelled(), phase()) == std::vector<std::uint32_t>{2, 3});
  Phase fewer = phase();
  fewer.samples = {0, 3, 4};
  CHECK(forgotten_samples(labelled(), fewer) == std::vector<std::uint32_t>{3});
  fewer.forget = {};
  CHECK(forgotten_samples(labelled(), fewer).empty());
}

TEST_CASE("Every class that the phase names has its own share, also one without samples") {
  Phase named = phase();
  named.retain = {0, 1, 5};
  const Accuracy accuracy = accuracy_of(labelled(), named, answers({0, 0, 2, 0, 3}));
  CHECK(accuracy.by_class ==
        std::map<std::int64_t, std::optional<double>>{{0, 1.0}, {1, 0.0}, {2, 0.5}, {3, 1.0}, {5, std::nullopt}});
}
