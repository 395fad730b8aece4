#include "models/physics/retention.hpp"

#include <algorithm>
#include <cmath>

namespace palimpsest {

namespace {

double ln_of(double seconds) { return std::log(std::max(seconds, 1.0)); }

}  // namespace

double relaxed(const RetentionConfig& config, const ConductanceLimits& limits, double conductance, double seconds,
               double normal) {
  if (seconds == 0.0) return conductance;
  const double ln = ln_of(seconds);
  const double mean = config.relaxation_mean_microsiemens_per_ln * ln;
  const double sigma = config.relaxation_sigma_microsiemens + config.relaxation_sigma_microsiemens_per_ln * ln;
  return std::clamp(conductance + mean + sigma * normal, limits.low, limits.high);
}

double retained(const ConductanceLimits& limits, double conductance, double seconds, double exponent) {
  if (seconds == 0.0 || exponent == 0.0) return conductance;
  return limits.low + (conductance - limits.low) * std::exp(-exponent * ln_of(seconds));
}

double retention_exponent(const RetentionConfig& config, double normal) {
  return std::max(config.exponent + config.exponent_spread * normal, 0.0);
}

double disturbed(const RetentionConfig& config, const ConductanceLimits& limits, double conductance,
                 std::uint64_t reads) {
  if (reads == 0 || config.read_disturb_per_read == 0.0) return conductance;
  // A share of 1e-12 is lost in 1 - d.
  const double left = std::exp(static_cast<double>(reads) * std::log1p(-config.read_disturb_per_read));
  return limits.high - (limits.high - conductance) * left;
}

}  // namespace palimpsest
