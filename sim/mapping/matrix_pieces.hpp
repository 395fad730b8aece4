#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "models/physics/lora_mac.hpp"
#include "models/physics/vector_unit.hpp"
#include "sim/mapping/bands.hpp"
#include "sim/mapping/divisible_job.hpp"
#include "sim/mapping/sram_layout.hpp"

namespace palimpsest {

/// `count` of the operations of `extent`, from number `first` on; those of all pieces sum to all.
VectorOperations share_of(const VectorOperations& operations, std::uint64_t first, std::uint64_t count,
                          std::uint64_t extent);

/// What a job that may be cut into bands reads and writes whole.
struct BandMatrices {
  std::vector<Placement> inputs;
  Placement output;
};

/// A job of these `operations` that reads and writes `matrices` whole. Null if `bands` are the whole.
std::shared_ptr<const Division> band_division(const VectorOperations& operations, const BandMatrices& matrices,
                                              const Bands& bands, const VectorUnitConfig& unit);

/// `job` adds something of every row of `inputs` to `sum`, which it reads and writes whole: cut by these rows.
std::shared_ptr<const Division> row_sum_division(const VectorJob& job, const std::vector<Placement>& inputs,
                                                 const Placement& sum, const VectorUnitConfig& unit);

/// A product of rows of `inputs` values with stored weights that gives rows of `outputs` values.
struct MatrixProduct {
  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;
  bool transposed = false;  ///< the weights are [inputs, outputs], else [outputs, inputs]
};

/// `job` computes rows of `output` with `weights`, which it reads first: cut by outputs.
std::shared_ptr<const Division> product_division(const LoraJob& job, const Placement& weights, const Placement& output,
                                                 const MatrixProduct& product, const LoraUnitConfig& unit);

/// `job` computes dy^T x, [outputs, inputs]: cut by outputs. If it adds it to `gradient`, which it reads first, these
/// are cut by the rows of x and dy.
std::shared_ptr<const Division> weight_gradient_division(const LoraJob& job, const Placement& gradient,
                                                         const Placement& x, const Placement& dy, std::uint32_t inputs,
                                                         const LoraUnitConfig& unit);

/// `job` adds sums over the rows of `matrices`, which it reads whole, to what it preloads and drains: cut by these
/// rows. `cycles` says what so many rows take.
std::shared_ptr<const Division> row_sum_division(const LoraJob& job, const std::vector<Placement>& matrices,
                                                 std::function<std::uint64_t(std::uint64_t rows)> cycles);

}  // namespace palimpsest
