#include "models/physics/lora_mac.hpp"

#include "models/physics/quantize.hpp"

namespace palimpsest {

namespace {

// A matrix of zeros (B before training) has no magnitude to scale by; any grid holds it.
float full_scale_of(const Eigen::MatrixXf& matrix) {
  const float largest = matrix.cwiseAbs().maxCoeff();
  return largest > 0.0F ? largest : 1.0F;
}

Eigen::MatrixXd codes_of(const Eigen::MatrixXf& matrix, int bits, const GridRefinement& refinement) {
  std::uint64_t saturated = 0;
  return quantize_codes(matrix, full_scale_of(matrix), bits, saturated, refinement).cast<double>();
}

}  // namespace

LoraPair::LoraPair(const Eigen::MatrixXf& a, const Eigen::MatrixXf& b, float scale, int bits, float input_full_scale,
                   float inner_full_scale, const GridRefinement& refinement)
    : bits_(bits),
      refinement_(refinement),
      input_full_scale_(input_full_scale),
      inner_full_scale_(inner_full_scale),
      a_codes_(codes_of(a, bits, refinement)),
      b_codes_(codes_of(b, bits, refinement)) {
  const double code = largest_code(bits);
  inner_per_code_ = double{full_scale_of(a)} / code * double{input_full_scale} / code;
  output_per_code_ = double{scale} * double{full_scale_of(b)} / code * double{inner_full_scale} / code;
}

Eigen::MatrixXf LoraPair::apply(const Eigen::MatrixXf& x, std::uint64_t& saturated) const {
  const Eigen::MatrixXd x_codes = quantize_codes(x, input_full_scale_, bits_, saturated, refinement_).cast<double>();
  const Eigen::MatrixXf inner = (x_codes * a_codes_.transpose() * inner_per_code_).cast<float>();
  const Eigen::MatrixXd inner_codes =
      quantize_codes(inner, inner_full_scale_, bits_, saturated, refinement_).cast<double>();
  return (inner_codes * b_codes_.transpose() * output_per_code_).cast<float>();
}

Eigen::MatrixXf lora_matrix_product(const Eigen::MatrixXf& x, const Eigen::MatrixXf& y, int bits, float x_full_scale,
                                    float y_full_scale, std::uint64_t& saturated, const GridRefinement& refinement) {
  const Eigen::MatrixXd x_codes = quantize_codes(x, x_full_scale, bits, saturated, refinement).cast<double>();
  const Eigen::MatrixXd y_codes = quantize_codes(y, y_full_scale, bits, saturated, refinement).cast<double>();
  const double code = largest_code(bits);
  return (x_codes * y_codes * (double{x_full_scale} / code * double{y_full_scale} / code)).cast<float>();
}

}  // namespace palimpsest
