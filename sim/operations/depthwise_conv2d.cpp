#include "sim/operations/convolution.hpp"

#include <utility>

namespace palimpsest {

namespace {

constexpr VectorOperations sum_operations{1, 0, 0, 0};
constexpr VectorOperations mac_operations{0, 1, 0, 0};

/// A depth-wise convolution on the vector unit: every output element is a sum over its window of one channel. The
/// unit's rows are the image's, of which an output row needs several, at places that stride and padding move: so it
/// takes the image at once, or bands of it.
class DepthwiseConv2d : public Operation {
 public:
  DepthwiseConv2d(OperationSource& source, const Convolution& convolution)
      : Operation(source),
        windows_(convolution.windows),
        places_(windows_.places()),
        weight_(convolution.weight),
        bias_(convolution.bias),
        outputs_of_channel_(convolution.outputs / convolution.inputs) {
    set_output_shapes({convolution.output_shape()});
  }

  std::vector<std::string> digital_parameters() const override {
    return bias_.empty() ? std::vector<std::string>{weight_} : std::vector<std::string>{weight_, bias_};
  }
  std::uint64_t macs() const override { return output_shape().elements() * windows_.elements(); }
  std::uint64_t weight_elements() const override {
    return std::uint64_t{output_shape().extent(0)} * windows_.elements();
  }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    const Tensor& x = evaluation.input();
    const auto elements = static_cast<std::ptrdiff_t>(input_shape().elements());
    const std::ptrdiff_t samples = x.size() / elements;
    const std::ptrdiff_t pixels = std::ptrdiff_t{windows_.image[0]} * windows_.image[1];
    const Tensor weight = evaluation.parameters.at(weight_);  // C order: the elements of a channel's kernel in a row
    outputs[0].resize(samples * output_shape().rows(), output_shape().columns());
    float* next = outputs[0].data();
    for (std::ptrdiff_t sample = 0; sample < samples; ++sample) {
      for (std::uint32_t channel = 0; channel < output_shape().extent(0); ++channel) {
        const std::ptrdiff_t input_channel = channel / outputs_of_channel_;
        const float bias = bias_.empty() ? 0.0F : evaluation.parameters.at(bias_)(0, channel);
        convolve(x.data() + sample * elements + input_channel * pixels,
                 weight.data() + std::size_t{channel} * windows_.elements(), bias, next);
        next += windows_.count();
      }
    }
  }

  VectorWork work() const override {
    const VectorOperations bias = bias_.empty() ? VectorOperations{} : sum_operations * output_shape().elements();
    std::vector<BandPart> read{in_rows(windows_.image_under_outputs()), kernels()};
    if (!bias_.empty()) read.push_back(biases());
    return {false, mac_operations * macs() + bias,
            Bands{channels(), windows_.outputs[0], std::move(read), of_outputs(same_rows)}};
  }
  std::vector<InputGradient> input_gradients() const override {
    const Bands bands{
        channels(), windows_.image[0], {of_outputs(windows_.outputs_over_image()), kernels()}, in_rows(same_rows)};
    return {{0, {}, false, {weight_}, VectorWork{false, mac_operations * macs(), bands}}};
  }
  std::vector<ParameterGradient> parameter_gradients() const override {
    // Bands of rows of outputs add to the same kernels and biases.
    const std::uint32_t rows = windows_.outputs[0];
    ParameterGradient of_weight{weight_, {0}, mac_operations * macs()};
    of_weight.bands =
        Bands{channels(), rows, {in_rows(windows_.image_under_outputs()), of_outputs(same_rows), kernels()}, kernels()};
    if (bias_.empty()) return {of_weight};
    ParameterGradient of_bias{bias_, {}, sum_operations * output_shape().elements()};
    of_bias.bands = Bands{channels(), rows, {of_outputs(same_rows), biases()}, biases()};
    return {of_weight, of_bias};
  }

 private:
  std::uint32_t channels() const { return input_shape().extent(0); }
  BandPart of_outputs(RowsOfBand rows) const { return in_rows(std::move(rows), outputs_of_channel_); }
  // Of a channel, whichever rows of it a band has.
  BandPart kernels() const { return in_rows(all_rows(outputs_of_channel_ * windows_.kernel[0])); }
  static BandPart biases() { return in_columns(all_rows(1)); }

  void convolve(const float* image, const float* kernel, float bias, float* output) const {
    const std::int32_t* places = places_.data();
    for (std::uint32_t window = 0; window < windows_.count(); ++window) {
      float sum = 0.0F;
      for (std::uint32_t tap = 0; tap < windows_.elements(); ++tap, ++places) {
        if (*places >= 0) sum += kernel[tap] * image[*places];
      }
      output[window] = sum + bias;
    }
  }

  Windows windows_;
  std::vector<std::int32_t> places_;
  std::string weight_;
  std::string bias_;
  std::uint32_t outputs_of_channel_;
};

}  // namespace

std::unique_ptr<Operation> depthwise_convolution(OperationSource& source, const Convolution& convolution) {
  return std::make_unique<DepthwiseConv2d>(source, convolution);
}

}  // namespace palimpsest
