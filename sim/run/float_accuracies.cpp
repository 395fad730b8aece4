#include "sim/run/float_accuracies.hpp"

#include <algorithm>
#include <iterator>

#include "sim/error.hpp"
#include "sim/network/float_network.hpp"
#include "sim/run/accuracy.hpp"

namespace palimpsest {

namespace {

// So few that all values of a network stay in a processor's cache.
constexpr std::size_t samples_per_chunk = 4;

}  // namespace

FloatAccuracies::FloatAccuracies(const Trace& trace) : trace_(trace) {
  for (const Phase& phase : trace.phases) {
    hybrid_.push_back(add(phase, phase.hybrid));
    rewrite_.push_back(add(phase, phase.rewrite));
  }
  for (Evaluation& evaluation : evaluations_) {
    const std::vector<std::uint32_t>& samples = evaluation.samples;
    for (std::size_t first = 0; first < samples.size(); first += samples_per_chunk) {
      const std::size_t last = std::min(first + samples_per_chunk, samples.size());
      evaluation.inputs.push_back(network_input(
          trace.network, trace.test,
          {samples.begin() + static_cast<std::ptrdiff_t>(first), samples.begin() + static_cast<std::ptrdiff_t>(last)}));
    }
  }
}

FloatAccuracies::Use FloatAccuracies::add(const Phase& phase, const Method& method) {
  const auto found = std::find(weight_sets_.begin(), weight_sets_.end(), method.weights);
  const auto weight_set = static_cast<std::size_t>(found - weight_sets_.begin());
  if (found == weight_sets_.end()) weight_sets_.push_back(method.weights);
  const std::vector<std::uint32_t> forgotten = forgotten_samples(trace_, phase);
  Use use;
  use.deployed = add(weight_set, adapters_of(trace_, method), phase.samples);
  use.without_adapters = forgotten.empty() ? use.deployed : add(weight_set, {}, forgotten);
  return use;
}

std::size_t FloatAccuracies::add(std::size_t weight_set, const std::vector<const Adapter*>& adapters,
                                 const std::vector<std::uint32_t>& samples) {
  const auto same = std::find_if(evaluations_.begin(), evaluations_.end(), [&](const Evaluation& evaluation) {
    return evaluation.weight_set == weight_set && evaluation.adapters == adapters;
  });
  const auto number = static_cast<std::size_t>(same - evaluations_.begin());
  if (same == evaluations_.end()) evaluations_.push_back({weight_set, adapters, {}, {}});
  std::vector<std::uint32_t>& all = evaluations_[number].samples;
  std::vector<std::uint32_t> joined;
  std::set_union(all.begin(), all.end(), samples.begin(), samples.end(), std::back_inserter(joined));
  all = std::move(joined);
  return number;
}

std::vector<MethodAccuracies> FloatAccuracies::evaluate(const std::vector<WeightSet>& weights) const {
  std::vector<Eigen::MatrixXf> all_scores;
  all_scores.reserve(evaluations_.size());
  for (const Evaluation& evaluation : evaluations_)
    all_scores.push_back(scores(evaluation, weights[evaluation.weight_set]));
  std::vector<MethodAccuracies> accuracies;
  accuracies.reserve(trace_.phases.size());
  for (std::size_t phase = 0; phase < trace_.phases.size(); ++phase) {
    accuracies.push_back({accuracy(trace_.phases[phase], hybrid_[phase], all_scores),
                          accuracy(trace_.phases[phase], rewrite_[phase], all_scores)});
  }
  return accuracies;
}

Eigen::MatrixXf FloatAccuracies::scores(const Evaluation& evaluation, const WeightSet& weights) const {
  Eigen::MatrixXf scores(static_cast<Eigen::Index>(evaluation.samples.size()),
                         trace_.network.shape(trace_.network.output).columns);
  Eigen::Index row = 0;
  for (const Eigen::MatrixXf& input : evaluation.inputs) {
    const Eigen::MatrixXf part = float_scores(trace_.network, weights, evaluation.adapters, input);
    scores.middleRows(row, part.rows()) = part;
    row += part.rows();
  }
  if (!scores.allFinite()) throw UserError(ExitCode::trace, "/test: the float network overflows");
  return scores;
}

Accuracy FloatAccuracies::accuracy(const Phase& phase, const Use& use,
                                   const std::vector<Eigen::MatrixXf>& scores) const {
  Accuracy accuracy = accuracy_of(trace_, phase, rows_of(use.deployed, scores[use.deployed], phase.samples));
  const std::vector<std::uint32_t> forgotten = forgotten_samples(trace_, phase);
  accuracy.forget_without_adapter =
      share_correct(trace_, forgotten, rows_of(use.without_adapters, scores[use.without_adapters], forgotten));
  return accuracy;
}

Eigen::MatrixXf FloatAccuracies::rows_of(std::size_t evaluation, const Eigen::MatrixXf& scores,
                                         const std::vector<std::uint32_t>& samples) const {
  const std::vector<std::uint32_t>& all = evaluations_[evaluation].samples;
  Eigen::MatrixXf rows(static_cast<Eigen::Index>(samples.size()), scores.cols());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto place = std::lower_bound(all.begin(), all.end(), samples[i]) - all.begin();
    rows.row(static_cast<Eigen::Index>(i)) = scores.row(place);
  }
  return rows;
}

}  // namespace palimpsest
