#pragma once

#include <cstdint>

namespace palimpsest {

/// What time and reading do to a cell that nobody writes. Conductances are in microsiemens.
///
/// t seconds after its last pulse, and n reads later, a cell that then held G holds
///   relaxation    G + (m + z s), m = mean_per_ln ln t, s = sigma + sigma_per_ln ln t, inside the limits
///   retention     limit_low + (G - limit_low) t^-nu
///   read disturb  limit_high - (limit_high - G) (1 - d)^n, since a read has the polarity of SET
/// one after the other. z is standard normal, drawn once per cell and write, so the conductances of a cell at different
/// ages are one trajectory; nu is normal, drawn once per cell, and at least 0. A t below 1 s counts as 1 s, and t = 0
/// changes nothing. The form of the relaxation is that of aihwkit's fit to CMO/HfOx arrays (arXiv 2502.04524), which
/// found it independent of G.
struct RetentionConfig {
  double relaxation_mean_microsiemens_per_ln = 0.0;
  double relaxation_sigma_microsiemens = 0.0;  ///< 1 s after the last pulse
  double relaxation_sigma_microsiemens_per_ln = 0.0;
  double exponent = 0.0;               ///< mean of nu
  double exponent_spread = 0.0;        ///< standard deviation of nu from cell to cell
  double read_disturb_per_read = 0.0;  ///< d, a share of the distance to the high limit
};

/// Between which conductances a cell stays, microsiemens.
struct ConductanceLimits {
  double low = 0.0;
  double high = 0.0;
};

/// What became of a cell since its last pulse.
struct CellAge {
  double seconds = 0.0;
  std::uint64_t reads = 0;
};

/// `conductance` after the relaxation of `seconds` (at least 0), `normal` being the cell's z.
double relaxed(const RetentionConfig& config, const ConductanceLimits& limits, double conductance, double seconds,
               double normal);

/// `conductance` after the loss of `seconds` (at least 0), `exponent` being the cell's nu.
double retained(const ConductanceLimits& limits, double conductance, double seconds, double exponent);

/// The nu of the cell whose standard normal number is `normal`.
double retention_exponent(const RetentionConfig& config, double normal);

/// `conductance` after `reads` reads.
double disturbed(const RetentionConfig& config, const ConductanceLimits& limits, double conductance,
                 std::uint64_t reads);

}  // namespace palimpsest
