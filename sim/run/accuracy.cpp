#include "sim/run/accuracy.hpp"

#include <algorithm>

#include "sim/network/float_network.hpp"

namespace palimpsest {

namespace {

bool contains(const std::vector<std::int64_t>& classes, std::int64_t label) {
  return std::find(classes.begin(), classes.end(), label) != classes.end();
}

bool is_answer(const Eigen::MatrixXf& scores, Eigen::Index row, std::int64_t label) {
  Eigen::Index answer = 0;
  scores.row(row).maxCoeff(&answer);
  return answer == label;
}

}  // namespace

void CorrectShare::add(const Trace& trace, const std::vector<std::uint32_t>& samples, std::size_t first,
                       const Eigen::MatrixXf& scores) {
  for (Eigen::Index row = 0; row < scores.rows(); ++row)
    add(is_answer(scores, row, trace.labels[samples[first + static_cast<std::size_t>(row)]]));
}

std::optional<double> CorrectShare::share() const {
  if (samples_ == 0) return std::nullopt;
  return static_cast<double>(correct_) / static_cast<double>(samples_);
}

AccuracyTally::AccuracyTally(const Trace& trace, const Phase& phase) : trace_(trace), phase_(phase) {
  for (const auto* classes : {&phase.retain, &phase.forget, &phase.fresh})
    for (const std::int64_t number : *classes) by_class_[number];
}

void AccuracyTally::add(std::size_t first, const Eigen::MatrixXf& scores) {
  for (Eigen::Index row = 0; row < scores.rows(); ++row) {
    const std::int64_t label = trace_.labels[phase_.samples[first + static_cast<std::size_t>(row)]];
    const bool correct = is_answer(scores, row, label);
    all_.add(correct);
    if (contains(phase_.retain, label)) retain_.add(correct);
    if (contains(phase_.forget, label)) forget_.add(correct);
    if (contains(phase_.fresh, label)) fresh_.add(correct);
    const auto of_class = by_class_.find(label);
    if (of_class != by_class_.end()) of_class->second.add(correct);
  }
}

Accuracy AccuracyTally::accuracy() const {
  Accuracy accuracy;
  accuracy.all = all_.share();
  accuracy.retain = retain_.share();
  accuracy.forget = forget_.share();
  accuracy.fresh = fresh_.share();
  for (const auto& [number, share] : by_class_) accuracy.by_class[number] = share.share();
  return accuracy;
}

Accuracy accuracy_of(const Trace& trace, const Phase& phase, const Eigen::MatrixXf& scores) {
  AccuracyTally tally(trace, phase);
  tally.add(0, scores);
  return tally.accuracy();
}

std::vector<std::uint32_t> forgotten_samples(const Trace& trace, const Phase& phase) {
  std::vector<std::uint32_t> samples;
  if (phase.forget.empty()) return samples;
  for (const std::uint32_t sample : phase.samples) {
    if (contains(phase.forget, trace.labels[sample])) samples.push_back(sample);
  }
  return samples;
}

std::optional<double> share_correct(const Trace& trace, const std::vector<std::uint32_t>& samples,
                                    const Eigen::MatrixXf& scores) {
  CorrectShare share;
  share.add(trace, samples, 0, scores);
  return share.share();
}

std::optional<double> float_share_correct(const Trace& trace, const WeightSet& weights,
                                          const std::vector<std::uint32_t>& samples) {
  CorrectShare share;
  for_each_input(trace.network, trace.test, samples, [&](std::size_t first, const Tensor& input) {
    share.add(trace, samples, first, float_scores(trace.network, weights, {}, input));
  });
  return share.share();
}

}  // namespace palimpsest
