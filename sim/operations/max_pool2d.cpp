#include <algorithm>
#include <limits>

#include "sim/operations/kinds.hpp"
#include "sim/operations/pool2d.hpp"

namespace palimpsest {

namespace {

constexpr VectorOperations compare_operations{1, 0, 0, 0};

/// The largest element of every window.
class MaxPool2d : public Pool2d {
 public:
  explicit MaxPool2d(OperationSource& source) : Pool2d(source, read_pooling_windows(source)) {}

  bool keeps_grid() const override { return true; }

  VectorWork work() const override { return {false, search_operations(), bands()}; }
  /// The largest is looked for again, and the gradient added to that of its place.
  std::vector<InputGradient> input_gradients() const override {
    const VectorOperations operations = search_operations() + add_operations * output_shape().elements();
    return {{0, {0}, false, {}, VectorWork{false, operations, gradient_bands(true)}}};
  }

 protected:
  float pooled(const float* channel, const std::int32_t* places) const override {
    float largest = -std::numeric_limits<float>::infinity();
    for (std::uint32_t tap = 0; tap < windows().elements(); ++tap) {
      if (places[tap] >= 0) largest = std::max(largest, channel[places[tap]]);
    }
    return largest;
  }

 private:
  /// The first element is compared too, with the least value.
  VectorOperations search_operations() const {
    return compare_operations * (output_shape().elements() * windows().elements());
  }
};

}  // namespace

std::unique_ptr<Operation> read_max_pool2d(OperationSource& source) { return std::make_unique<MaxPool2d>(source); }

}  // namespace palimpsest
