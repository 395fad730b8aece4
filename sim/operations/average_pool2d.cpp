#include "sim/operations/kinds.hpp"
#include "sim/operations/pool2d.hpp"

namespace palimpsest {

namespace {

/// The mean of every window; the zeros of the padding count with it or not.
class AveragePool2d : public Pool2d {
 public:
  explicit AveragePool2d(OperationSource& source)
      : Pool2d(source, read_pooling_windows(source)), counts_padding_(source.reader.truth("count_padding")) {}

  VectorWork work() const override { return {false, operations(), bands()}; }
  /// The gradient's share is added to those of all elements.
  std::vector<InputGradient> input_gradients() const override {
    return {{0, {}, false, {}, VectorWork{false, operations(), gradient_bands(false)}}};
  }

 protected:
  float pooled(const float* channel, const std::int32_t* places) const override {
    float sum = 0.0F;
    std::uint32_t count = 0;
    for (std::uint32_t tap = 0; tap < windows().elements(); ++tap) {
      if (places[tap] < 0) continue;
      sum += channel[places[tap]];
      ++count;
    }
    return sum / static_cast<float>(counts_padding_ ? windows().elements() : count);
  }

 private:
  VectorOperations operations() const {
    return (add_operations * windows().elements() + scale_operations) * output_shape().elements();
  }

  bool counts_padding_;
};

}  // namespace

std::unique_ptr<Operation> read_average_pool2d(OperationSource& source) {
  return std::make_unique<AveragePool2d>(source);
}

}  // namespace palimpsest
