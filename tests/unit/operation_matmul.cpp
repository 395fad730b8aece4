#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

#include "models/physics/lora_mac.hpp"
#include "sim/network/deployed_network.hpp"
#include "tests/support/lowered.hpp"
#include "tests/support/operation_reference.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

std::string refusal(const std::vector<Shape>& inputs) {
  return thrown_error([&] { lone_operation("matmul", nlohmann::json::object(), inputs); }).text;
}

/// Two heads of three queries and keys of four elements each.
Network scores_of_heads() {
  NetworkBuilder builder({2, 3, 4});
  const auto queries = builder.linear(0, 4, "q");
  const auto keys = builder.add("permute", {builder.linear(0, 4, "k")}, {{"order", {0, 2, 1}}});
  builder.add("matmul", {queries, keys});
  return builder.network();
}

double rounded(double value, double range, int bits) {
  const double largest = std::ldexp(1.0, bits - 1) - 1.0;
  const double code = std::round(value / range * largest);
  return std::max(-largest, std::min(largest, code)) * range / largest;
}

}  // namespace

TEST_CASE("products of two values have the numbers of PyTorch") { check_numbers("convolution", "matmul"); }

TEST_CASE("products of values that do not fit each other are refused") {
  CHECK(refusal({{2, 3}}) == "matmul: /inputs: expected 2, got 1");
  for (const auto& [x, y] : std::vector<std::pair<Shape, Shape>>{
           {{3, 4}, {3, 4}}, {{4}, {4}}, {{2, 3, 4}, {4, 5}}, {{2, 3, 4}, {3, 4, 5}}}) {
    CHECK(refusal({x, y}) ==
          "matmul: /inputs: expected [..., m, k] and [..., k, n], got " + shown(x) + " and " + shown(y));
  }
}

TEST_CASE("the LoRA unit multiplies matrices in whole numbers") {
  Eigen::MatrixXf x(1, 2);
  Eigen::MatrixXf y(2, 2);
  x << 1.0F, -0.5F;
  y << 2.0F, 0.9F, 3.0F, -7.0F;
  std::uint64_t saturated = 0;
  // Grids of 3 bits, codes up to 3: x is 3 and -2 of thirds (-1.5 rounds away from zero), y 2 and 1, 3 and -3 of ones.
  const Eigen::MatrixXf product = lora_matrix_product(x, y, 3, 1.0F, 3.0F, saturated);
  CHECK(product(0, 0) == Approx(0.0).margin(1e-7));
  CHECK(product(0, 1) == Approx((3.0 * 1.0 + 2.0 * 3.0) / 3.0));
  CHECK(saturated == 1);
}

TEST_CASE("a chip multiplies values on the grids of its LoRA unit, each by its own range") {
  NetworkBuilder builder({2, 3});
  builder.add("matmul", {0, builder.transpose(builder.relu(0))});
  const Network network = builder.network();
  Architecture chip;
  chip.lora_unit.bits = 5;
  chip.sram.activation_bits = 12;
  Tensor calibration = Tensor::Random(2 * 4, 3);
  calibration(0, 0) = -2.0F;
  const Tensor input = 1.5F * Tensor::Random(2 * 3, 3);
  const TileMap map = map_to_tiles(network, chip);
  const ResistiveArrays arrays(chip, map, 1);
  const DeployedNetwork deployed(chip, network, map, arrays, {}, {}, calibration, 1);
  Activity activity;
  const Eigen::MatrixXf scores = deployed.evaluate(input, 0, 0, activity);

  const double range = 2.0;
  const double positive_range = calibration.maxCoeff();
  double result_range = 0.0;
  for (int sample = 0; sample < 4; ++sample) {
    const Eigen::MatrixXf x = calibration.middleRows(2 * sample, 2);
    result_range = std::max<double>(result_range, (x * x.cwiseMax(0.0F).transpose()).cwiseAbs().maxCoeff());
  }
  Eigen::MatrixXf expected(3, 4);
  std::uint64_t clipped = 0;
  for (int sample = 0; sample < 3; ++sample) {
    const Eigen::MatrixXd x = input.middleRows(2 * sample, 2).cast<double>().unaryExpr([&](double value) {
      return rounded(value, range, 12);
    });
    const Eigen::MatrixXd y = x.cwiseMax(0.0);
    clipped += static_cast<std::uint64_t>((y.array() > positive_range).count());
    const Eigen::MatrixXd x_codes = x.unaryExpr([&](double value) { return rounded(value, range, 5); });
    const Eigen::MatrixXd y_codes =
        y.unaryExpr([&](double value) { return rounded(rounded(value, positive_range, 12), positive_range, 5); });
    const Eigen::MatrixXd product = x_codes * y_codes.transpose();
    for (int element = 0; element < 4; ++element)
      expected(sample, element) = static_cast<float>(rounded(product(element / 2, element % 2), result_range, 12));
  }
  CHECK(largest_difference(scores, expected) < 1.01 * result_range / 2047.0);
  CHECK((scores - expected).cwiseAbs().mean() < 0.1 * result_range / 2047.0);
  CHECK(clipped > 0);
  CHECK(activity.saturated_storage >= clipped);
}

TEST_CASE("codes beyond the grid of a product are counted") {
  NetworkBuilder builder({2, 3});
  builder.add("matmul", {0, builder.transpose(0)});
  const Network network = builder.network();
  Architecture chip;
  chip.calibration_margin = 1.0;
  chip.sram.refinement.headroom_bits = 2;  // nothing saturates at rest
  const TileMap map = map_to_tiles(network, chip);
  const ResistiveArrays arrays(chip, map, 1);
  const Tensor calibration = Tensor::Constant(2, 3, 1.0F);
  const DeployedNetwork deployed(chip, network, map, arrays, {}, {}, calibration, 1);
  Tensor input = Tensor::Constant(2, 3, 0.5F);
  input(0, 1) = 1.5F;
  input(1, 2) = -2.0F;
  Activity activity;
  deployed.evaluate(input, 0, 0, activity);
  CHECK(activity.saturated_lora == 4);  // each of both as an element of either factor
  CHECK(activity.saturated_storage == 0);
}

TEST_CASE("every matrix of the second factor waits in the LoRA unit while rows of the first pass") {
  const Program inference = lowered(roomy_chip(), scores_of_heads(), Values::in_parts).inference;
  const auto jobs = jobs_of<LoraJob>(inference);
  REQUIRE(jobs.size() == 2);
  for (const std::uint64_t head : {0U, 1U}) {
    CHECK(jobs[head].vectors == 3);
    CHECK(jobs[head].macs_per_vector == 3 * 4);
    CHECK(jobs[head].cycles_per_vector == 2 * 2 + 5);
    REQUIRE(jobs[head].preloads.size() == 1);
    CHECK(jobs[head].preloads[0].bytes == 4 * 8);  // rows of three values of two bytes, on words
    CHECK(jobs[head].preloads[0].address == jobs[0].preloads[0].address + head * 4 * 8);
    CHECK(jobs[head].fetches[0].address == jobs[0].fetches[0].address + head * 3 * 8);
    CHECK(jobs[head].drains[0].address == jobs[0].drains[0].address + head * 3 * 8);
  }
}

TEST_CASE("gradients of both factors of a product are products in the LoRA unit") {
  const Program training = lowered(roomy_chip(), scores_of_heads(), Values::in_parts).training.batch;
  const auto jobs = jobs_of<LoraJob>(training);
  // Forward: two layers, two heads. Backward: two heads for each factor, and two weights' gradients.
  REQUIRE(jobs.size() == 2 + 2 + 4 + 2);
  for (const std::size_t head : {0U, 1U}) {
    CHECK(jobs[4 + head].vectors == 3);
    CHECK(jobs[4 + head].macs_per_vector == 4 * 3);
    CHECK(jobs[4 + head].cycles_per_vector == 2 * 1 + 5);
    CHECK(jobs[6 + head].vectors == 1);
    CHECK(jobs[6 + head].macs_per_vector == 3 * 4 * 3);
    CHECK(jobs[6 + head].cycles_per_vector == 2 * 1 * 3 + 5);
  }
}

TEST_CASE("programs of products of values read what they write") {
  check_lowered_everywhere(scores_of_heads(), Values::in_parts);
  NetworkBuilder builder({2, 3});
  const auto values = builder.linear(0, 3, "v");
  builder.add("matmul", {values, builder.transpose(values)});
  check_lowered_everywhere(builder.network());
}

TEST_CASE("a product of values counts its multiply-accumulates, and only the needed gradient is computed") {
  const LoneOperation lone = lone_operation("matmul", nlohmann::json::object(), {Shape{2, 3, 4}, Shape{2, 4, 5}});
  CHECK(lone.operation->macs() == 2 * 3 * 4 * 5);
  CHECK(lone.operation->array_product() == nullptr);
  CHECK(lone.operation->weight_elements() == 0);
  NetworkBuilder builder({3, 4});
  builder.add("matmul", {builder.linear(0, 4, "v"), builder.transpose(0)});
  const auto jobs = jobs_of<LoraJob>(lowered(roomy_chip(), builder.network()).training.batch);
  CHECK(jobs.size() == 4);  // layer and product forward, the gradients of the first factor and of the weight
}
