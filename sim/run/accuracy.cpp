#include "sim/run/accuracy.hpp"

#include <algorithm>
#include <functional>

namespace palimpsest {

namespace {

bool contains(const std::vector<std::int64_t>& classes, std::int64_t label) {
  return std::find(classes.begin(), classes.end(), label) != classes.end();
}

std::optional<double> share(const Trace& trace, const std::vector<std::uint32_t>& samples,
                            const Eigen::MatrixXf& scores, const std::function<bool(std::int64_t)>& counts) {
  std::uint64_t counted = 0;
  std::uint64_t correct = 0;
  for (std::size_t row = 0; row < samples.size(); ++row) {
    const std::int64_t label = trace.labels[samples[row]];
    if (!counts(label)) continue;
    Eigen::Index answer = 0;
    scores.row(static_cast<Eigen::Index>(row)).maxCoeff(&answer);
    ++counted;
    correct += answer == label ? 1 : 0;
  }
  if (counted == 0) return std::nullopt;
  return static_cast<double>(correct) / static_cast<double>(counted);
}

}  // namespace

Accuracy accuracy_of(const Trace& trace, const Phase& phase, const Eigen::MatrixXf& scores) {
  const auto in = [](const std::vector<std::int64_t>& classes) {
    return [&classes](std::int64_t label) { return contains(classes, label); };
  };
  Accuracy accuracy;
  accuracy.all = share_correct(trace, phase.samples, scores);
  accuracy.retain = share(trace, phase.samples, scores, in(phase.retain));
  accuracy.forget = share(trace, phase.samples, scores, in(phase.forget));
  accuracy.fresh = share(trace, phase.samples, scores, in(phase.fresh));
  return accuracy;
}

std::vector<std::uint32_t> forgotten_samples(const Trace& trace, const Phase& phase) {
  std::vector<std::uint32_t> samples;
  for (const std::uint32_t sample : phase.samples) {
    if (contains(phase.forget, trace.labels[sample])) samples.push_back(sample);
  }
  return samples;
}

std::optional<double> share_correct(const Trace& trace, const std::vector<std::uint32_t>& samples,
                                    const Eigen::MatrixXf& scores) {
  return share(trace, samples, scores, [](std::int64_t) { return true; });
}

}  // namespace palimpsest
