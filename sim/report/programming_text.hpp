#pragma once

#include <string>

#include "sim/run/programming_study.hpp"

namespace palimpsest {

/// The study as tables for a terminal.
std::string programming_text(const ProgrammingReport& report);

}  // namespace palimpsest
