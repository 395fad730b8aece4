#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cstdint>

#include "models/physics/lora_mac.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

LoraPair pair_of(const nlohmann::json& reference) {
  return {matrix_of(reference.at("a")), matrix_of(reference.at("b")),     reference.at("scale"),
          reference.at("bits"),         reference.at("input_full_scale"), reference.at("inner_full_scale")};
}

}  // namespace

TEST_CASE("The LoRA unit's integer sums are numpy's") {
  for (const auto& reference : numpy_reference("lora")) {
    std::uint64_t saturated = 0;
    const Eigen::MatrixXf y = pair_of(reference).apply(matrix_of(reference.at("x")), saturated);
    // The unit scales its last sums once; in units of that scale they are whole numbers again.
    const Eigen::MatrixXd sums = y.cast<double>() / reference.at("output_per_code").get<double>();
    CHECK((sums - sums.array().round().matrix()).cwiseAbs().maxCoeff() < 0.1);
    CHECK(identical(sums.array().round().matrix().cast<float>(), matrix_of(reference.at("sums"))));
  }
}

TEST_CASE("The LoRA unit's saturated codes are numpy's, of x and of Ax") {
  for (const auto& reference : numpy_reference("lora")) {
    std::uint64_t saturated = 100;
    pair_of(reference).apply(matrix_of(reference.at("x")), saturated);
    CHECK(saturated == 100 + reference.at("saturated").get<std::uint64_t>());
  }
}

TEST_CASE("With 16 bits the LoRA unit gives the float product") {
  const nlohmann::json reference = numpy_reference("lora").at(0);
  const Eigen::MatrixXf a = matrix_of(reference.at("a"));
  const Eigen::MatrixXf b = matrix_of(reference.at("b"));
  const Eigen::MatrixXf x = matrix_of(reference.at("x"));
  const Eigen::MatrixXf inner = x * a.transpose();
  const LoraPair pair(a, b, 0.5F, 16, x.cwiseAbs().maxCoeff(), inner.cwiseAbs().maxCoeff());
  std::uint64_t saturated = 0;
  CHECK(largest_difference(pair.apply(x, saturated), 0.5F * inner * b.transpose()) < 5e-5F);
  CHECK(saturated == 0);
}

TEST_CASE("An adapter whose B is zero adds nothing") {
  const nlohmann::json reference = numpy_reference("lora").at(0);
  const LoraPair pair(matrix_of(reference.at("a")), Eigen::MatrixXf::Zero(4, 2), 0.5F, 8, 1.0F, 1.0F);
  std::uint64_t saturated = 0;
  CHECK(identical(pair.apply(matrix_of(reference.at("x")), saturated), Eigen::MatrixXf::Zero(6, 4)));
}
