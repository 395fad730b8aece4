#pragma once

#include <memory>
#include <string>

#include "sim/operations/windows.hpp"

namespace palimpsest {

/// A two-dimensional convolution as its description gives it: of an image [inputs, height, width] with a weight
/// [outputs, inputs / groups, kernel rows, kernel columns].
struct Convolution {
  Windows windows;
  std::string weight;
  Shape weight_shape;
  std::string bias;   ///< or empty
  std::string layer;  ///< by which adapters know it
  std::uint32_t groups = 1;
  std::uint32_t inputs = 0;   ///< channels, of all groups
  std::uint32_t outputs = 0;  ///< likewise

  Shape output_shape() const { return {outputs, windows.outputs[0], windows.outputs[1]}; }
};

/// The convolution in which every channel of the image is a group of its own, on the vector unit.
std::unique_ptr<Operation> depthwise_convolution(OperationSource& source, const Convolution& convolution);

}  // namespace palimpsest
