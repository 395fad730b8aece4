#include "sim/run/memory_check.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include "sim/error.hpp"
#include "sim/mapping/driven_lines.hpp"
#include "sim/mapping/tile_map.hpp"
#include "sim/report/number_format.hpp"
#include "sim/run/inference.hpp"

namespace palimpsest {

namespace {

// Measured with chips of 361 and 1849 tiles, and with arrays of 16 thousand and 258 thousand cells.
constexpr double bytes_of_tile_modules = 80e3;
constexpr double bytes_of_tile = 5e3;
constexpr double bytes_of_cell = 80.0;      // estimated: 14 kept, its place in crossbars, what writing it takes
constexpr double samples_under_way = 64.0;  // of each thread

double bytes_of(const SampleSet& set) { return static_cast<double>(set.bytes()); }

double bytes_of(const Trace& trace) {
  double bytes = bytes_of(trace.test) + 5.0 * bytes_of(trace.calibration) +
                 8.0 * static_cast<double>(trace.labels.size()) + 4.0 * static_cast<double>(trace.targets.size());
  for (const auto& [name, weights] : trace.weights) {
    for (const auto& [parameter, values] : weights) bytes += 4.0 * static_cast<double>(values.size());
  }
  for (const Phase& phase : trace.phases) {
    bytes += 4.0 * static_cast<double>(phase.samples.size());
    bytes += 4.0 * static_cast<double>(phase.hybrid.reference.size() + phase.rewrite.reference.size());
  }
  return bytes;
}

/// Values of one sample, in single precision, and what the operation that takes most has beside them: the elements of a
/// convolution's windows, and as many again in the tiles' order, rounded, and as codes.
double bytes_of_sample(const Network& network) {
  std::uint64_t workspace = 0;
  for (const auto& operation : network.operations()) workspace = std::max(workspace, operation->workspace_elements());
  double bytes = 4.0 * 4.0 * static_cast<double>(workspace);
  for (std::uint32_t value = 0; value < network.values(); ++value)
    bytes += 4.0 * static_cast<double>(network.shape(value).elements());
  return bytes;
}

/// Cells, as weights and without references.
double cells_of(const Network& network, const MappingConfig& mapping) {
  double weights = 0.0;
  for (const Operation* owner : network.weight_owners())
    weights += 1.0 * owner->array_product()->inputs * owner->array_product()->outputs;
  return weights * columns_per_output(mapping);
}

double limit_of(int resource) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return HUGE_VAL;
  return static_cast<double>(limit.rlim_cur);
}

/// That of version 2, where a container has one.
double control_group_limit() {
  double bytes = 0.0;
  std::ifstream file("/sys/fs/cgroup/memory.max");
  return file >> bytes ? bytes : HUGE_VAL;
}

std::string gibibytes(double bytes) { return shortest(std::ceil(bytes / 1024.0 / 1024.0 / 1024.0 * 100.0) / 100.0); }

}  // namespace

double needed_memory_bytes(const Architecture& architecture, const Trace& trace, const SimulatedChips& chips) {
  const auto tiles = static_cast<double>(tiles_needed(trace.network, architecture));
  const double cells = cells_of(trace.network, architecture.tile.mapping);
  const auto arrays = static_cast<double>(chips.arrays);
  // No thread without a chunk of samples.
  const double chunks = std::ceil(std::max(trace.test.samples, trace.calibration.samples) /
                                  static_cast<double>(samples_per_inference_chunk));
  return bytes_of(trace) + (chips.modules ? tiles * bytes_of_tile_modules : 0.0) +
         arrays * (tiles * bytes_of_tile + cells * bytes_of_cell) +
         driven_line_bytes(architecture, trace.network, trace.test.samples) +
         samples_under_way * std::min<double>(chips.threads, chunks) * bytes_of_sample(trace.network);
}

double available_memory_bytes() {
  const double machine = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  return std::min({machine, limit_of(RLIMIT_AS), limit_of(RLIMIT_DATA), control_group_limit()});
}

void check_memory(double needed_bytes, double available_bytes) {
  if (needed_bytes <= available_bytes) return;
  throw UserError(ExitCode::model_error, "simulating this takes about " + gibibytes(needed_bytes) +
                                             " GiB of memory, there are " + gibibytes(available_bytes) +
                                             "; larger tiles, smaller networks and fewer threads take less");
}

}  // namespace palimpsest
