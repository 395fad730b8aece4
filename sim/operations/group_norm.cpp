#include <optional>

#include "sim/operations/kinds.hpp"
#include "sim/operations/normalization.hpp"

namespace palimpsest {

namespace {

/// (x - mean) / sqrt(variance + epsilon) over each group of channels, the first dimension; then times the channel's
/// gain plus its bias (Wu and He, ECCV 2018).
class GroupNorm : public Operation {
 public:
  GroupNorm(OperationSource& source, std::uint32_t groups)
      : Operation(source),
        groups_(groups),
        gain_(source.parameter_or_null("gain", Shape{input_shape().extent(0)})),
        bias_(source.parameter_or_null("bias", Shape{input_shape().extent(0)})),
        epsilon_(source.epsilon()) {
    set_output_shapes({input_shape()});
  }

  std::vector<std::string> digital_parameters() const override { return present({gain_, bias_}); }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    Tensor& y = outputs[0] = evaluation.input();
    const auto group_elements = static_cast<Eigen::Index>(input_shape().elements() / groups_);
    normalize_rows({y.data(), y.size() / group_elements, group_elements}, epsilon_);
    const auto channels = static_cast<Eigen::Index>(input_shape().extent(0));
    const auto channel_elements = static_cast<Eigen::Index>(input_shape().elements()) / channels;
    Eigen::Map<Tensor> by_channel(y.data(), y.size() / channel_elements, channel_elements);
    for (Eigen::Index row = 0; row < by_channel.rows(); ++row) {
      if (!gain_.empty()) by_channel.row(row) *= evaluation.parameters.at(gain_)(0, row % channels);
      if (!bias_.empty()) by_channel.row(row).array() += evaluation.parameters.at(bias_)(0, row % channels);
    }
  }
  VectorWork work() const override {
    return {false, group_work().forward(), bands(1, digital_parameters().size(), of_group())};
  }
  std::vector<InputGradient> input_gradients() const override {
    const std::vector<std::string> read = present({gain_});
    return {{0, {0}, false, read, VectorWork{false, group_work().backward(), bands(2, read.size(), of_group())}}};
  }
  std::vector<ParameterGradient> parameter_gradients() const override {
    std::vector<ParameterGradient> rules = normalization_gradients(group_work(), gain_, bias_, false);
    for (ParameterGradient& rule : rules) rule.bands = bands(rule.inputs_read.size() + 1, 1, of_parameter());
    return rules;
  }

 private:
  BandPart of_group() const { return in_rows(all_rows(input_shape().rows() / groups_)); }
  static BandPart of_parameter() { return in_columns(all_rows(1)); }
  /// Group by group of `images` and `parameters` that are read. A value without rows is no image.
  std::optional<Bands> bands(std::size_t images, std::size_t parameters, const BandPart& written) const {
    if (input_shape().dimensions() == 1) return std::nullopt;
    std::vector<BandPart> read(images, of_group());
    read.insert(read.end(), parameters, of_parameter());
    return Bands{groups_, 1, std::move(read), written};
  }
  NormalizationWork group_work() const {
    return {input_shape().elements() / groups_, groups_, !gain_.empty(), !bias_.empty()};
  }

  std::uint32_t groups_;
  std::string gain_;
  std::string bias_;
  float epsilon_;
};

}  // namespace

std::unique_ptr<Operation> read_group_norm(OperationSource& source) {
  source.expect_inputs(1);
  const std::uint32_t channels = source.input_shapes[0].extent(0);
  const auto groups = source.reader.integer<std::uint32_t>("groups", 1, channels);
  if (channels % groups != 0)
    source.reader.fail(
        "groups", "expected a divisor of the " + std::to_string(channels) + " channels, got " + std::to_string(groups));
  return std::make_unique<GroupNorm>(source, groups);
}

}  // namespace palimpsest
