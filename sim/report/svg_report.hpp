#pragma once

#include <string>

#include "sim/run/figures.hpp"

namespace palimpsest {

/// The report as a picture: a column per phase; energy per stage on logarithmic axes, accuracy on a linear one, for all
/// three machines.
std::string svg_report(const RunReport& report);

}  // namespace palimpsest
