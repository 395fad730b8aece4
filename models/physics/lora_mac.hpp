#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "models/physics/clock.hpp"
#include "models/physics/grid_refinement.hpp"

namespace palimpsest {

/// The digital LoRA unit: rows x columns processing elements, one multiply-accumulate each per step; the columns of a
/// row are summed.
struct LoraUnitConfig {
  std::uint32_t rows = 8;
  std::uint32_t columns = 16;
  int bits = 8;                       ///< precision of A, B, x and Ax
  std::uint32_t register_bits = 0;    ///< of all processing elements: they hold pairs from job to job
  std::uint32_t pipeline_cycles = 4;  ///< operand read, multiply, adder tree, write: steps added once per product
  std::uint32_t step_cycles = 1;      ///< of a step; more than one under a clock faster than the multipliers
  GridRefinement refinement;          ///< of A, B, x and Ax
};

/// Cycles of `vectors` matrix-vector products with the same `outputs` x `inputs` weights, one behind the other.
inline std::uint64_t lora_product_cycles(const LoraUnitConfig& config, std::uint64_t outputs, std::uint64_t inputs,
                                         std::uint64_t vectors = 1) {
  const std::uint64_t steps = ceil_div(outputs, config.rows) * ceil_div(inputs, config.columns) * vectors;
  return (steps + config.pipeline_cycles) * config.step_cycles;
}

/// Cycles from the first to the last of the first `outputs` results of a product of `inputs` inputs, which come as many
/// at a time as the unit has rows. At least one output.
inline std::uint64_t lora_result_cycles(const LoraUnitConfig& config, std::uint64_t outputs, std::uint64_t inputs) {
  return (ceil_div(outputs, config.rows) - 1) * ceil_div(inputs, config.columns) * config.step_cycles;
}

/// Bits that hold any sum of `terms` (> 0) products of two codes of `bits`, sign included.
inline int lora_sum_bits(int bits, std::uint64_t terms) {
  int growth = 0;
  while (growth < 63 && (std::uint64_t{1} << growth) < terms) ++growth;
  return 2 * bits - 1 + growth;
}

/// A low-rank pair in the unit's integer arithmetic. Codes are whole numbers held in double, so every sum is exact (of
/// refined grids it is not).
class LoraPair {
 public:
  /// `a` [rank, in], `b` [out, rank]; `input_full_scale` and `inner_full_scale` (> 0) are the values of x and Ax that
  /// the largest code stands for.
  LoraPair(const Eigen::MatrixXf& a, const Eigen::MatrixXf& b, float scale, int bits, float input_full_scale,
           float inner_full_scale, const GridRefinement& refinement = {});

  /// scale * B (A x) for `x` [vectors, in]: [vectors, out]. Adds the saturated codes to `saturated`.
  Eigen::MatrixXf apply(const Eigen::MatrixXf& x, std::uint64_t& saturated) const;

 private:
  int bits_;
  GridRefinement refinement_;
  float input_full_scale_;
  float inner_full_scale_;
  Eigen::MatrixXd a_codes_;
  Eigen::MatrixXd b_codes_;
  double inner_per_code_;   ///< value of Ax per unit of the first integer sum
  double output_per_code_;  ///< value of the result per unit of the second integer sum
};

/// x y for `x` [m, k] and `y` [k, n] in the unit's integers, both rounded to grids of `bits` on which their full scales
/// are the largest codes. Adds the saturated codes to `saturated`.
Eigen::MatrixXf lora_matrix_product(const Eigen::MatrixXf& x, const Eigen::MatrixXf& y, int bits, float x_full_scale,
                                    float y_full_scale, std::uint64_t& saturated,
                                    const GridRefinement& refinement = {});

}  // namespace palimpsest
