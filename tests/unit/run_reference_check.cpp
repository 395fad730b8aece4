#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "sim/error.hpp"
#include "sim/run/reference_check.hpp"
#include "tests/support/small_trace.hpp"

using namespace palimpsest;

namespace {

std::string complaint(const Trace& trace) {
  try {
    check_references(trace);
  } catch (const UserError& error) {
    CHECK(error.code() == ExitCode::trace);
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("References that are the network's outputs pass, to a ten-thousandth of the largest") {
  Trace trace = test::read_small_trace();
  CHECK(complaint(trace).empty());
  Eigen::MatrixXf& reference = trace.phases[1].rewrite.reference;
  const float largest = reference.cwiseAbs().maxCoeff();
  reference(0, 0) += 0.9e-4F * largest;
  CHECK(complaint(trace).empty());
  reference(0, 0) += 0.2e-4F * largest;
  CHECK(complaint(trace).find("/phases/1/rewrite/reference: expected what the network gives") == 0);
}

TEST_CASE("Every method's reference is looked at, and what is not a number fails") {
  const Trace right = test::read_small_trace();
  Trace negated = right;
  negated.phases[0].hybrid.reference *= -1.0F;
  CHECK(complaint(negated).find("/phases/0/hybrid/reference") == 0);
  Trace nothing = right;
  nothing.phases[1].hybrid.reference(1, 1) = std::numeric_limits<float>::quiet_NaN();
  CHECK(complaint(nothing).find("/phases/1/hybrid/reference: expected finite") == 0);
  Trace overflowing = right;
  overflowing.weights.at("learned").at("channel.weight").setConstant(3e38F);
  overflowing.weights.at("learned").at("head.weight").setConstant(3e38F);
  CHECK(complaint(overflowing).find("overflows") != std::string::npos);
}
