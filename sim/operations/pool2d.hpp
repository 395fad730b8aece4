#pragma once

#include "sim/operations/windows.hpp"

namespace palimpsest {

/// Reads `kernel`, `stride` and `padding` of a pooling over the only input, an image. Throws UserError if a window
/// could lie in the padding alone.
Windows read_pooling_windows(OperationSource& source);

/// What both kinds of pooling share: a result for every window of every channel.
class Pool2d : public Operation {
 public:
  Pool2d(OperationSource& source, const Windows& windows);

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override;

 protected:
  const Windows& windows() const { return windows_; }
  /// The result of the window whose elements lie at `places` of a channel, negative ones in the padding.
  virtual float pooled(const float* channel, const std::int32_t* places) const = 0;

  /// Bands of rows of outputs.
  Bands bands() const {
    return {
        input_shape().extent(0), windows_.outputs[0], {in_rows(windows_.image_under_outputs())}, in_rows(same_rows)};
  }
  /// Bands of rows of the image that the gradients of outputs are added to.
  Bands gradient_bands(bool reads_image) const {
    std::vector<BandPart> read;
    if (reads_image) read.push_back(in_rows(windows_.image_around_image()));
    read.push_back(in_rows(windows_.outputs_over_image()));
    return {input_shape().extent(0), windows_.image[0], read, in_rows(same_rows)};
  }

 private:
  Windows windows_;
  std::vector<std::int32_t> places_;
};

}  // namespace palimpsest
