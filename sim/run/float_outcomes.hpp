#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/run/outcome.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// Outcomes of one phase, reached by both methods.
struct MethodOutcomes {
  Outcome hybrid;
  Outcome rewrite;
};

/// Outcomes of all phases of a trace in floating point, for whatever values the weight sets have. Phases and methods
/// that use the same weight set and adapters share one evaluation. Samples stream: a few at a time are held.
class FloatOutcomes {
 public:
  /// The trace outlives the object.
  explicit FloatOutcomes(const Trace& trace);

  /// Names of the weight sets in use, in the order of their first use.
  const std::vector<std::string>& weight_sets() const { return weight_sets_; }

  /// Outcomes by phase, with `weights` as values of the sets, in the order of weight_sets(). Throws UserError (trace)
  /// if an output is not finite.
  std::vector<MethodOutcomes> evaluate(const std::vector<WeightSet>& weights) const;

 private:
  struct Evaluation {
    std::size_t weight_set = 0;
    std::vector<const Adapter*> adapters;
    std::vector<std::uint32_t> samples;  ///< rising
  };
  /// What a method of a phase takes from the evaluations, by number.
  struct Use {
    std::size_t deployed = 0;
    std::size_t without_adapters = 0;
  };

  Use add(const Phase& phase, const Method& method);
  std::size_t add(std::size_t weight_set, const std::vector<const Adapter*>& adapters,
                  const std::vector<std::uint32_t>& samples);
  /// Gives the outputs of every sample of every evaluation to the tallies that want them.
  class Tallies;

  const Trace& trace_;
  std::vector<std::string> weight_sets_;
  std::vector<Evaluation> evaluations_;
  std::vector<Use> hybrid_, rewrite_;                  ///< by phase
  std::vector<std::vector<std::uint32_t>> forgotten_;  ///< samples, by phase
};

}  // namespace palimpsest
