#include "sim/run/reference_check.hpp"

#include <sstream>
#include <string>

#include "sim/error.hpp"
#include "sim/network/float_network.hpp"

namespace palimpsest {

namespace {

// Single precision with sums in another order stays below 1e-5.
constexpr double largest_deviation = 1e-4;

void check(const Trace& trace, const Phase& phase, const Method& method, const std::string& pointer) {
  const Eigen::MatrixXf scores =
      float_scores(trace.network, trace.weights.at(method.weights), adapters_of(trace, method),
                   network_input(trace.network, trace.test, phase.samples));
  if (!scores.allFinite()) throw UserError(ExitCode::trace, pointer + ": the float network overflows");
  if (!method.reference.allFinite()) throw UserError(ExitCode::trace, pointer + ": expected finite outputs");
  const double deviation = (scores - method.reference).cwiseAbs().maxCoeff();
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

void check_references(const Trace& trace) {
  for (std::size_t number = 0; number < trace.phases.size(); ++number) {
    const Phase& phase = trace.phases[number];
    const std::string pointer = "/phases/" + std::to_string(number);
    check(trace, phase, phase.hybrid, pointer + "/hybrid/reference");
    check(trace, phase, phase.rewrite, pointer + "/rewrite/reference");
  }
}

}  // namespace palimpsest
