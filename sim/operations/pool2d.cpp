#include "sim/operations/pool2d.hpp"

namespace palimpsest {

Windows read_pooling_windows(OperationSource& source) {
  expect_image(source);
  const Windows::Pair kernel = read_pair(source, "kernel", 1);
  Windows windows = read_windows(source, kernel, {1, 1}, source.input_shapes[0].extent(0));
  for (std::size_t dimension = 0; dimension < 2; ++dimension) {
    if (windows.padding[dimension] > kernel[dimension] / 2)
      source.reader.fail("padding", "expected at most half the kernel, " + std::to_string(kernel[dimension] / 2) +
                                        ", got " + std::to_string(windows.padding[dimension]));
  }
  return windows;
}

Pool2d::Pool2d(OperationSource& source, const Windows& windows)
    : Operation(source), windows_(windows), places_(windows.places()) {
  set_output_shapes({Shape{input_shape().extent(0), windows.outputs[0], windows.outputs[1]}});
}

void Pool2d::evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const {
  const Tensor& x = evaluation.input();
  const std::ptrdiff_t pixels = std::ptrdiff_t{windows_.image[0]} * windows_.image[1];
  const std::ptrdiff_t channels = x.size() / pixels;  // of all samples
  outputs[0].resize(channels * windows_.outputs[0], windows_.outputs[1]);
  float* next = outputs[0].data();
  for (std::ptrdiff_t channel = 0; channel < channels; ++channel) {
    for (std::size_t window = 0; window < windows_.count(); ++window)
      *next++ = pooled(x.data() + channel * pixels, places_.data() + window * windows_.elements());
  }
}

}  // namespace palimpsest
