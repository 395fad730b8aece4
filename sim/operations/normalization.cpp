#include "sim/operations/normalization.hpp"

namespace palimpsest {

namespace {

constexpr VectorOperations statistics{2, 1, 0, 0};  // sum; difference to the mean; its square, summed
constexpr VectorOperations product{0, 1, 0, 0};
constexpr VectorOperations addition{1, 0, 0, 0};
// With what statistics have left: g = gain times gradient apart, sums of g and of g times normalised x; g minus the
// mean of the one, minus normalised x times the mean of the other, times the reciprocal root.
constexpr VectorOperations combination{2, 3, 0, 0};

// A sum times the reciprocal of their number. That of the squares is part of the reciprocal root.
constexpr VectorOperations mean = product;

}  // namespace

std::vector<std::string> present(const std::vector<std::string>& parameters) {
  std::vector<std::string> names;
  for (const std::string& name : parameters) {
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

void normalize_rows(Eigen::Map<Tensor> rows, float epsilon) {
  const Eigen::VectorXf means = rows.rowwise().mean();
  rows.colwise() -= means;
  const Eigen::VectorXf inverse = (rows.array().square().rowwise().mean() + epsilon).sqrt().inverse();
  rows.array().colwise() *= inverse.array();
}

VectorOperations NormalizationWork::forward() const {
  VectorOperations of_element = statistics + product;
  if (has_gain) of_element = of_element + product;  // which adds the bias as well
  if (has_bias && !has_gain) of_element = of_element + addition;
  return (of_element * elements + mean + reciprocal_root_operations) * groups;
}

VectorOperations NormalizationWork::backward() const {
  VectorOperations of_element = statistics + product + combination;
  if (has_gain) of_element = of_element + product;
  return (of_element * elements + mean * 3 + reciprocal_root_operations) * groups;
}

std::vector<ParameterGradient> normalization_gradients(const NormalizationWork& work, const std::string& gain,
                                                       const std::string& bias, bool sums_rows) {
  std::vector<ParameterGradient> rules;
  if (!gain.empty()) {
    // Normalised x is worked out again; times the gradient, summed.
    const VectorOperations of_element = statistics + product * 2;
    rules.push_back({gain, {0}, (of_element * work.elements + mean + reciprocal_root_operations) * work.groups});
  }
  if (!bias.empty()) rules.push_back({bias, {}, addition * (work.elements * work.groups)});
  for (ParameterGradient& rule : rules) rule.sums_rows = sums_rows;
  return rules;
}

}  // namespace palimpsest
