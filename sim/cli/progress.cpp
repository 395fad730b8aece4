#include "sim/cli/progress.hpp"

#include <unistd.h>

#include <cmath>
#include <iostream>

namespace palimpsest {

namespace {

constexpr const char* erase_line = "\r\033[K";

}  // namespace

Progress::Progress(bool quiet) : shown_(!quiet && ::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_) std::cerr << erase_line << std::flush;
}

void Progress::show(const std::string& part, double share) {
  if (shown_) std::cerr << erase_line << std::lround(100.0 * share) << " %  " << part << std::flush;
}

}  // namespace palimpsest
