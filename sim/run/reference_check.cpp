#include "sim/run/reference_check.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "sim/error.hpp"
#include "sim/network/float_network.hpp"

namespace palimpsest {

namespace {

// Single precision with sums in another order stays below 1e-5.
constexpr double largest_deviation = 1e-4;

void check(const Trace& trace, const Phase& phase, const Method& method, const std::string& pointer) {
  if (!method.reference.allFinite()) throw UserError(ExitCode::trace, pointer + ": expected finite outputs");
  const WeightSet& weights = trace.weights.at(method.weights);
  const std::vector<const Adapter*> adapters = adapters_of(trace, method);
  double deviation = 0.0;
  for_each_input(trace.network, trace.test, phase.samples, [&](std::size_t first, const Tensor& input) {
    const Eigen::MatrixXf scores = float_scores(trace.network, weights, adapters, input);
    if (!scores.allFinite()) throw UserError(ExitCode::trace, pointer + ": the float network overflows");
    const auto references = method.reference.middleRows(static_cast<Eigen::Index>(first), scores.rows());
    deviation = std::max(deviation, double{(scores - references).cwiseAbs().maxCoeff()});
  });
  const double largest = method.reference.cwiseAbs().maxCoeff();
  if (deviation <= largest_deviation * largest) return;
  std::ostringstream text;
  text << pointer << ": expected what the network gives for the test samples, to 1e-4 of the largest output; ";
  if (largest > 0.0)
    text << "off by " << deviation / largest << " of it";
  else
    text << "the references are all zero, the network's outputs are not";
  throw UserError(ExitCode::trace, text.str());
}

}  // namespace

void check_references(const Trace& trace, const RunSelection& selection,
                      const std::function<void(double share)>& progress) {
  for (std::size_t number = 0; number < trace.phases.size(); ++number) {
    const Phase& phase = trace.phases[number];
    if (!selects(selection, phase)) continue;
    const std::string pointer = "/phases/" + std::to_string(number);
    check(trace, phase, phase.hybrid, pointer + "/hybrid/reference");
    if (selection.rm_rewrite) check(trace, phase, phase.rewrite, pointer + "/rewrite/reference");
    if (progress) progress(static_cast<double>(number + 1) / static_cast<double>(trace.phases.size()));
  }
}

}  // namespace palimpsest
