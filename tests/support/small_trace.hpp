#pragma once

#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "sim/trace/trace.hpp"
#include "tests/support/tensor_file_writer.hpp"

namespace palimpsest::test {

/// The two files of a trace, still in pieces: a test may break one thing before it writes them.
struct TraceFiles {
  nlohmann::json json;
  std::map<std::string, RawTensor> tensors;

  void write(const std::string& directory) const;
};

/// A small valid trace: samples of 3 x 4, every operation once or more, 3 classes, 6 test samples, weight sets
/// `learned` and `unlearned`, adapter `forget` (rank 2, on `channel` and `head`), phases `learn` (all classes) and
/// `unlearn`. The reference outputs are the float network's.
TraceFiles small_trace();

/// The same network and phases for another task, of version 2. With `regress`, `test/targets` are the outputs of phase
/// `learn` in float less 0.25, -0.5 and 0. With `score`, nothing averages over the rows, so that the outputs of a
/// sample are 3 x 3, and `unlearn` has samples 1, 2 and 4 alone.
TraceFiles small_trace(TaskKind task);

/// Writes `small_trace()` into an existing directory.
void write_small_trace(const std::string& directory);

/// `small_trace()` as it is read.
Trace read_small_trace();
Trace read_small_trace(TaskKind task);

}  // namespace palimpsest::test
