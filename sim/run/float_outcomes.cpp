#include "sim/run/float_outcomes.hpp"

#include <algorithm>
#include <iterator>

#include "sim/error.hpp"
#include "sim/network/float_network.hpp"
#include "sim/run/outcome_tally.hpp"

namespace palimpsest {

namespace {

// So few that all values of a network stay in a processor's cache.
constexpr std::size_t samples_per_chunk = 4;

}  // namespace

FloatOutcomes::FloatOutcomes(const Trace& trace) : trace_(trace) {
  for (const Phase& phase : trace.phases) {
    forgotten_.push_back(forgotten_samples(trace, phase));
    hybrid_.push_back(add(phase, phase.hybrid));
    rewrite_.push_back(add(phase, phase.rewrite));
  }
}

FloatOutcomes::Use FloatOutcomes::add(const Phase& phase, const Method& method) {
  const auto found = std::find(weight_sets_.begin(), weight_sets_.end(), method.weights);
  const auto weight_set = static_cast<std::size_t>(found - weight_sets_.begin());
  if (found == weight_sets_.end()) weight_sets_.push_back(method.weights);
  const std::vector<std::uint32_t>& forgotten = forgotten_.back();
  Use use;
  use.deployed = add(weight_set, adapters_of(trace_, method), phase.samples);
  use.without_adapters = forgotten.empty() ? use.deployed : add(weight_set, {}, forgotten);
  return use;
}

std::size_t FloatOutcomes::add(std::size_t weight_set, const std::vector<const Adapter*>& adapters,
                               const std::vector<std::uint32_t>& samples) {
  const auto same = std::find_if(evaluations_.begin(), evaluations_.end(), [&](const Evaluation& evaluation) {
    return evaluation.weight_set == weight_set && evaluation.adapters == adapters;
  });
  const auto number = static_cast<std::size_t>(same - evaluations_.begin());
  if (same == evaluations_.end()) evaluations_.push_back({weight_set, adapters, {}});
  std::vector<std::uint32_t>& all = evaluations_[number].samples;
  std::vector<std::uint32_t> joined;
  std::set_union(all.begin(), all.end(), samples.begin(), samples.end(), std::back_inserter(joined));
  all = std::move(joined);
  return number;
}

class FloatOutcomes::Tallies {
 public:
  explicit Tallies(const FloatOutcomes& outcomes) : outcomes_(outcomes) {
    for (std::size_t phase = 0; phase < outcomes.trace_.phases.size(); ++phase) {
      add(phase, outcomes.hybrid_[phase], outcomes.trace_.phases[phase].hybrid);
      add(phase, outcomes.rewrite_[phase], outcomes.trace_.phases[phase].rewrite);
    }
  }

  /// `scores` [n, outputs of a sample] of an evaluation's samples from number `first` on.
  void take(std::size_t evaluation, std::size_t first, const Eigen::MatrixXf& scores) {
    const std::vector<std::uint32_t>& samples = outcomes_.evaluations_[evaluation].samples;
    for (Row& row : rows_) {
      if (row.use.deployed == evaluation) {
        give(samples, first, scores, outcomes_.trace_.phases[row.phase].samples, row.deployed_seen,
             [&row](std::size_t place, const Eigen::MatrixXf& part) { row.deployed.add(place, part); });
      }
      if (row.use.without_adapters == evaluation) {
        const std::vector<std::uint32_t>& forgotten = outcomes_.forgotten_[row.phase];
        give(samples, first, scores, forgotten, row.bare_seen, [&](std::size_t place, const Eigen::MatrixXf& part) {
          row.bare.add(outcomes_.trace_, forgotten, place, part);
        });
      }
    }
  }

  std::vector<MethodOutcomes> outcomes() const {
    std::vector<MethodOutcomes> all;
    for (std::size_t row = 0; row < rows_.size(); row += 2) all.push_back({of(rows_[row]), of(rows_[row + 1])});
    return all;
  }

 private:
  /// A phase by one method.
  struct Row {
    std::size_t phase = 0;
    Use use;
    OutcomeTally deployed;
    CorrectShare bare;
    std::size_t deployed_seen = 0;
    std::size_t bare_seen = 0;
  };

  void add(std::size_t phase, const Use& use, const Method& method) {
    const Trace& trace = outcomes_.trace_;
    rows_.push_back({phase, use, OutcomeTally(trace, trace.phases[phase], method.reference), {}});
  }

  static Outcome of(const Row& row) {
    Outcome outcome = row.deployed.outcome();
    outcome.forget_without_adapter = row.bare.share();
    return outcome;
  }

  /// Gives the scores of those `samples` that are `wanted`, of which `seen` have been given; both lists rise.
  template <class Take>
  static void give(const std::vector<std::uint32_t>& samples, std::size_t first, const Eigen::MatrixXf& scores,
                   const std::vector<std::uint32_t>& wanted, std::size_t& seen, const Take& take) {
    Eigen::MatrixXf part(scores.rows(), scores.cols());
    const std::size_t before = seen;
    Eigen::Index given = 0;
    for (Eigen::Index row = 0; row < scores.rows() && seen < wanted.size(); ++row) {
      if (samples[first + static_cast<std::size_t>(row)] != wanted[seen]) continue;
      part.row(given++) = scores.row(row);
      ++seen;
    }
    if (given > 0) take(before, part.topRows(given));
  }

  const FloatOutcomes& outcomes_;
  std::vector<Row> rows_;
};

std::vector<MethodOutcomes> FloatOutcomes::evaluate(const std::vector<WeightSet>& weights) const {
  Tallies tallies(*this);
  for (std::size_t number = 0; number < evaluations_.size(); ++number) {
    const Evaluation& evaluation = evaluations_[number];
    for_each_input(
        trace_.network, trace_.test, evaluation.samples,
        [&](std::size_t first, const Tensor& input) {
          const Eigen::MatrixXf scores =
              float_scores(trace_.network, weights[evaluation.weight_set], evaluation.adapters, input);
          if (!scores.allFinite()) throw UserError(ExitCode::trace, "/test: the float network overflows");
          tallies.take(number, first, scores);
        },
        samples_per_chunk);
  }
  return tallies.outcomes();
}

}  // namespace palimpsest
