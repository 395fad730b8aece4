#pragma once

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
};

}  // namespace palimpsest
