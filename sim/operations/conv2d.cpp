#include <algorithm>

#include "sim/mapping/backward_pass.hpp"
#include "sim/mapping/forward_pass.hpp"
#include "sim/operations/convolution.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

/// A convolution in the arrays: a vector for every window, its elements of all channels one behind the other, so that
/// those of a group are too.
class Conv2d : public Operation {
 public:
  Conv2d(OperationSource& source, const Convolution& convolution)
      : Operation(source), windows_(convolution.windows), places_(windows_.places()) {
    product_.weight = convolution.weight;
    product_.bias = convolution.bias;
    product_.layer = convolution.layer;
    product_.groups = convolution.groups;
    product_.inputs = convolution.inputs / convolution.groups * windows_.elements();
    product_.outputs = convolution.outputs;
    product_.vectors = windows_.count();
    set_output_shapes({convolution.output_shape()});
  }

  const ArrayProduct* array_product() const override { return &product_; }
  std::vector<std::string> digital_parameters() const override {
    return product_.bias.empty() ? std::vector<std::string>{} : std::vector<std::string>{product_.bias};
  }
  std::uint64_t workspace_elements() const override { return patches_shape().elements(); }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    Tensor vectors = evaluation.arithmetic.product(evaluation.execution, patches(evaluation.input()));
    if (!product_.bias.empty()) vectors.rowwise() += evaluation.parameters.at(product_.bias).row(0);
    const Eigen::Index windows = product_.vectors;
    const Eigen::Index channels = product_.outputs;
    const Eigen::Index samples = vectors.rows() / windows;
    outputs[0].resize(samples * output_shape().rows(), output_shape().columns());
    for (Eigen::Index sample = 0; sample < samples; ++sample) {
      Eigen::Map<Tensor>(outputs[0].data() + sample * channels * windows, channels, windows) =
          vectors.middleRows(sample * windows, windows).transpose();
    }
  }

  std::vector<StoredValue> lower(ForwardPass& pass, const Execution& execution,
                                 const std::vector<StoredValue>& inputs) const override {
    ProgramBuilder& builder = pass.builder();
    const int bits = builder.activation_bits();
    const std::uint32_t rows = windows_.outputs[0];
    const StoredValue patches =
        builder.at_once(inputs, patches_shape(), bits, move_operations * patches_shape().elements(),
                        Bands{input_shape().extent(0),
                              rows,
                              {in_rows(windows_.image_under_outputs())},
                              in_columns(windows_.vectors_of_outputs())});
    pass.keep_for_backward(execution, patches);
    const StoredValue vectors = pass.array_product(execution, patches, vectors_shape());
    return {builder.at_once(
        {vectors}, output_shape(), bits, move_operations * output_shape().elements(),
        Bands{product_.outputs, rows, {in_columns(windows_.vectors_of_outputs())}, in_rows(same_rows)})};
  }

  void lower_backward(BackwardPass& pass, const Execution& execution,
                      const std::vector<const StoredValue*>& gradients) const override {
    ProgramBuilder& builder = pass.builder();
    const int bits = pass.gradient_bits();
    const StoredValue vectors = builder.at_once(
        {*gradients[0]}, vectors_shape(), bits, move_operations * output_shape().elements(),
        Bands{product_.outputs, windows_.outputs[0], {in_rows(same_rows)}, in_columns(windows_.vectors_of_outputs())});
    const std::vector<StoredValue> terms =
        pass.array_product_gradients(execution, pass.kept_for_backward(execution), patches_shape(), vectors);
    if (terms.empty()) return;
    // Every element of every term is added to the pixel that it is a copy of.
    VectorOperations of_element;
    for (const StoredValue& term : terms) of_element = of_element + ProgramBuilder::addition_of(term);
    const std::vector<BandPart> read(terms.size(), in_columns(windows_.vectors_over_image()));
    pass.contribute(execution.inputs[0],
                    builder.at_once(terms, input_shape(), bits, of_element * patches_shape().elements(),
                                    Bands{input_shape().extent(0), windows_.image[0], read, in_rows(same_rows)}));
  }

 private:
  Shape patches_shape() const { return {product_.vectors, product_.groups * product_.inputs}; }
  Shape vectors_shape() const { return {product_.vectors, product_.outputs}; }

  Tensor patches(const Tensor& x) const {
    const auto elements = static_cast<std::ptrdiff_t>(input_shape().elements());
    const std::ptrdiff_t samples = x.size() / elements;
    const std::ptrdiff_t pixels = std::ptrdiff_t{windows_.image[0]} * windows_.image[1];
    const std::size_t taps = windows_.elements();
    Tensor patches(samples * Eigen::Index{product_.vectors}, Eigen::Index{product_.groups} * product_.inputs);
    float* next = patches.data();
    for (std::ptrdiff_t sample = 0; sample < samples; ++sample) {
      for (std::size_t window = 0; window < product_.vectors; ++window) {
        const std::int32_t* places = places_.data() + window * taps;
        for (std::size_t channel = 0; channel < input_shape().extent(0); ++channel) {
          const float* image = x.data() + sample * elements + static_cast<std::ptrdiff_t>(channel) * pixels;
          for (std::size_t tap = 0; tap < taps; ++tap) *next++ = places[tap] < 0 ? 0.0F : image[places[tap]];
        }
      }
    }
    return patches;
  }

  Windows windows_;
  std::vector<std::int32_t> places_;
  ArrayProduct product_;
};

void check_channels(const OperationSource& source, const Convolution& convolution) {
  if (convolution.inputs % convolution.groups != 0 || convolution.outputs % convolution.groups != 0)
    source.reader.fail("groups", "expected a divisor of " + std::to_string(convolution.inputs) + " inputs and " +
                                     std::to_string(convolution.outputs) + " outputs, got " +
                                     std::to_string(convolution.groups));
  const std::uint32_t of_group = convolution.inputs / convolution.groups;
  if (convolution.weight_shape.extent(1) != of_group)
    source.parameters.fail(convolution.weight, "expected [outputs, " + std::to_string(of_group) +
                                                   ", rows, columns] as the weight of " + source.name + ", got " +
                                                   shown(convolution.weight_shape));
}

}  // namespace

std::unique_ptr<Operation> read_conv2d(OperationSource& source) {
  expect_image(source);
  Convolution convolution;
  convolution.inputs = source.input_shapes[0].extent(0);
  convolution.weight = source.reader.text("weight");
  convolution.weight_shape = source.parameters.shape(convolution.weight, 4);
  convolution.outputs = convolution.weight_shape.extent(0);
  convolution.groups = source.reader.integer<std::uint32_t>("groups", 1, largest_extent);
  check_channels(source, convolution);
  convolution.windows =
      read_windows(source, {convolution.weight_shape.extent(2), convolution.weight_shape.extent(3)},
                   read_pair(source, "dilation", 1), std::max(convolution.inputs, convolution.outputs));
  source.parameter("weight", convolution.weight_shape);
  convolution.bias = source.parameter_or_null("bias", Shape{convolution.outputs});
  convolution.layer = source.reader.has("layer") ? source.reader.text("layer") : source.name;
  const bool is_depthwise = convolution.groups > 1 && convolution.groups == convolution.inputs;
  if (is_depthwise && source.depthwise_convolutions == DepthwiseConvolutions::vector_unit)
    return depthwise_convolution(source, convolution);
  return std::make_unique<Conv2d>(source, convolution);
}

}  // namespace palimpsest
