#pragma once

#include <string>

#include "sim/run/noise_study.hpp"

namespace palimpsest {

/// The study as a picture: a panel per phase, what the task is judged by against sigma, for each method (and group of
/// classes) its mean with a band of one standard deviation.
std::string noise_figure(const NoiseStudy& study);

}  // namespace palimpsest
