#pragma once

#include <chrono>
#include <string>

namespace palimpsest {

/// One line on stderr that is overwritten as the work goes on; nothing if stderr is no terminal or `quiet`.
class Progress {
 public:
  explicit Progress(bool quiet);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(const std::string& part, double share);

 private:
  bool shown_;
  std::chrono::steady_clock::time_point start_;
};

/// What the line says: percent, the part, and the time left if the rest goes on as the share (0 to 1) did that took
/// `seconds`; no time before that means anything.
std::string progress_line(const std::string& part, double share, double seconds);

}  // namespace palimpsest
