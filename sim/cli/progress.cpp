#include "sim/cli/progress.hpp"

#include <unistd.h>

#include <cmath>
#include <iostream>

namespace palimpsest {

namespace {

constexpr const char* erase_line = "\r\033[K";
// Before, the time left would jump about.
constexpr double least_seconds = 2.0;
constexpr double least_share = 0.01;

std::string time_text(double seconds) {
  const long long whole = std::llround(seconds);
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

}  // namespace

std::string progress_line(const std::string& part, double share, double seconds) {
  std::string line = std::to_string(std::lround(100.0 * share)) + " %  " + part;
  if (seconds >= least_seconds && share >= least_share)
    line += ", " + time_text(seconds * (1.0 - share) / share) + " left";
  return line;
}

Progress::Progress(bool quiet)
    : shown_(!quiet && ::isatty(STDERR_FILENO) == 1), start_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (shown_) std::cerr << erase_line << std::flush;
}

void Progress::show(const std::string& part, double share) {
  if (!shown_) return;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  std::cerr << erase_line << progress_line(part, share, elapsed.count()) << std::flush;
}

}  // namespace palimpsest
