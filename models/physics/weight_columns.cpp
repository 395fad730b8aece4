#include "models/physics/weight_columns.hpp"

#include <cmath>

#include "models/physics/scaled.hpp"

namespace palimpsest {

namespace {

int code_bits(const MappingConfig& mapping) { return static_cast<int>(mapping.slices) * mapping.bits_per_slice; }

/// What is added to a signed code to make it positive.
double code_offset(const MappingConfig& mapping) {
  return mapping.weights == WeightEncoding::offset ? std::exp2(code_bits(mapping) - 1) : 0.0;
}

/// Largest magnitude of a weight's code.
double largest_weight_code(const MappingConfig& mapping) {
  const int sign_bits = mapping.weights == WeightEncoding::offset ? 1 : 0;
  return std::max(std::exp2(code_bits(mapping) - sign_bits) - 1.0, 1.0);
}

/// Digit `slice` of a code that is not negative.
float digit(float code, const MappingConfig& mapping, std::uint32_t slice) {
  const auto whole = static_cast<std::uint32_t>(code);
  const auto bits = static_cast<std::uint32_t>(mapping.bits_per_slice);
  return static_cast<float>((whole >> (slice * bits)) & ((1U << bits) - 1U));
}

}  // namespace

WeightColumns::WeightColumns(const CellConfig& cell, double zero_microsiemens, const MappingConfig& mapping,
                             double largest)
    : mapping_(mapping), cell_(cell) {
  const double span = cell.window_high_microsiemens - cell.window_low_microsiemens;
  analogue_ = mapping.weights == WeightEncoding::offset ? WeightMap::for_largest(cell, zero_microsiemens, largest)
                                                        : WeightMap{cell.window_low_microsiemens, span / largest};
  weight_per_code_ = largest / largest_weight_code(mapping);
  const bool analogue_offset = mapping.slices == 1 && mapping.weights == WeightEncoding::offset;
  const double scale = analogue_.microsiemens_per_weight;
  lowest_ = analogue_offset ? (cell.window_low_microsiemens - zero_microsiemens) / scale : -largest;
  highest_ = analogue_offset ? (cell.window_high_microsiemens - zero_microsiemens) / scale : largest;
}

bool WeightColumns::clips(float weight) const {
  constexpr double rounding = 1.0 + 1e-6;
  return double{weight} > highest_ * rounding || double{weight} < lowest_ * rounding;
}

double WeightColumns::weight_per_microsiemens(std::uint32_t slice) const {
  if (mapping_.slices == 1) return 1.0 / analogue_.microsiemens_per_weight;
  const double largest_digit = std::exp2(mapping_.bits_per_slice) - 1.0;
  const double code_per_microsiemens = largest_digit / (cell_.window_high_microsiemens - cell_.window_low_microsiemens);
  return weight_per_code_ * code_per_microsiemens * std::exp2(static_cast<int>(slice) * mapping_.bits_per_slice);
}

std::vector<double> WeightColumns::slice_weights(double factor) const {
  std::vector<double> weights;
  weights.reserve(mapping_.slices);
  for (std::uint32_t slice = 0; slice < mapping_.slices; ++slice)
    weights.push_back(weight_per_microsiemens(slice) * factor);
  return weights;
}

double WeightColumns::zero_of_slice(std::uint32_t slice) const {
  if (mapping_.slices == 1) return analogue_.zero_microsiemens;
  const float zero = digit(static_cast<float>(code_offset(mapping_)), mapping_, slice);
  const double largest_digit = std::exp2(mapping_.bits_per_slice) - 1.0;
  return cell_.window_low_microsiemens +
         double{zero} / largest_digit * (cell_.window_high_microsiemens - cell_.window_low_microsiemens);
}

std::uint32_t WeightColumns::outputs_of(Eigen::Index columns) const {
  return (static_cast<std::uint32_t>(columns) - reference_columns(mapping_)) / columns_per_output(mapping_);
}

Eigen::MatrixXf WeightColumns::slice_targets(const Eigen::MatrixXf& values, std::uint32_t slice) const {
  if (mapping_.slices == 1) return analogue_.conductances(cell_, values);
  const float largest_digit = std::exp2(static_cast<float>(mapping_.bits_per_slice)) - 1.0F;
  const auto low = static_cast<float>(cell_.window_low_microsiemens);
  const auto span = static_cast<float>(cell_.window_high_microsiemens - cell_.window_low_microsiemens);
  const auto offset = static_cast<float>(code_offset(mapping_));
  const auto most = static_cast<float>(largest_weight_code(mapping_));
  return values.unaryExpr([&](float weight) {
    const auto whole = static_cast<float>(std::round(double{weight} / weight_per_code_));
    const float code = std::min(std::max(whole, -most), most) + offset;
    return low + span * digit(code, mapping_, slice) / largest_digit;
  });
}

Eigen::MatrixXf WeightColumns::targets(const Eigen::MatrixXf& weights) const {
  const Eigen::Index outputs = weights.cols();
  Eigen::MatrixXf targets(weights.rows(), columns_of(mapping_, static_cast<std::uint32_t>(outputs)));
  Eigen::Index column = 0;
  for (std::uint32_t slice = 0; slice < mapping_.slices; ++slice) {
    if (mapping_.weights == WeightEncoding::offset) {
      targets.middleCols(column, outputs) = slice_targets(weights, slice);
      targets.col(targets.cols() - mapping_.slices + slice).setConstant(static_cast<float>(zero_of_slice(slice)));
      column += outputs;
      continue;
    }
    const Eigen::MatrixXf positive = slice_targets(weights.cwiseMax(0.0F), slice);
    const Eigen::MatrixXf negative = slice_targets((-weights).cwiseMax(0.0F), slice);
    for (Eigen::Index output = 0; output < outputs; ++output) {
      targets.col(column++) = positive.col(output);
      targets.col(column++) = negative.col(output);
    }
  }
  return targets;
}

Eigen::RowVectorXf WeightColumns::zero_targets(std::uint32_t outputs) const {
  return targets(Eigen::MatrixXf::Zero(1, outputs));
}

std::vector<SenseLine> WeightColumns::lines(std::uint32_t outputs) const {
  std::vector<SenseLine> lines;
  const std::uint32_t count = sensed_lines(mapping_, outputs);
  for (std::uint32_t line = 0; line < count; ++line) {
    if (mapping_.weights == WeightEncoding::differential) {
      lines.push_back({2 * line, 2 * line + 1});
    } else {
      lines.push_back({line, count + line / outputs});
    }
  }
  return lines;
}

Eigen::MatrixXf WeightColumns::combine(const Eigen::MatrixXf& lines) const {
  const Eigen::Index outputs = lines.cols() / mapping_.slices;
  const double least = weight_per_microsiemens(0);
  Eigen::MatrixXf sum = lines.leftCols(outputs);
  for (std::uint32_t slice = 1; slice < mapping_.slices; ++slice) {
    sum += static_cast<float>(weight_per_microsiemens(slice) / least) * lines.middleCols(slice * outputs, outputs);
  }
  return scaled(sum, least);
}

Eigen::MatrixXf WeightColumns::weights(const Eigen::MatrixXf& conductances) const {
  const std::uint32_t outputs = outputs_of(conductances.cols());
  const std::vector<SenseLine> sensed = lines(outputs);
  Eigen::MatrixXf differences(conductances.rows(), static_cast<Eigen::Index>(sensed.size()));
  for (std::uint32_t line = 0; line < sensed.size(); ++line) {
    if (mapping_.weights == WeightEncoding::offset) {
      differences.col(line) =
          conductances.col(sensed[line].plus).array() - static_cast<float>(zero_of_slice(line / outputs));
    } else {
      differences.col(line) = conductances.col(sensed[line].plus) - conductances.col(sensed[line].minus);
    }
  }
  return combine(differences);
}

}  // namespace palimpsest
