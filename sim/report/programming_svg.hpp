#pragma once

#include <string>

#include "sim/run/programming_study.hpp"

namespace palimpsest {

/// The study as a picture: cycles against tolerance, single cells, and what was written of UL and CL.
std::string programming_svg(const ProgrammingReport& report);

}  // namespace palimpsest
