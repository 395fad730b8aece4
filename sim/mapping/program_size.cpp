#include "sim/mapping/program_size.hpp"

#include <type_traits>

namespace palimpsest {

namespace {

std::uint64_t bytes_of(const std::vector<StridedRange>& ranges) {
  std::uint64_t bytes = 0;
  for (const StridedRange& range : ranges) bytes += range.rows * range.bytes;
  return bytes;
}

void add(const ProgramJob& /*job*/, ProgramSize& /*size*/) {}

void add(const StreamJob& job, ProgramSize& size) {
  size.vectors += std::uint64_t{job.vectors} * job.passes;
  size.bytes += bytes_of(job.preloads) + job.vectors * (bytes_of(job.fetches) + bytes_of(job.drains));
}

void add(const TileJob& job, ProgramSize& size) {
  add(static_cast<const StreamJob&>(job), size);
  if (job.adapters) add(static_cast<const StreamJob&>(*job.adapters), size);
}

}  // namespace

ProgramSize size_of(const Program& program) {
  ProgramSize size;
  size.steps = program.steps.size();
  for (const Step& step : program.steps) std::visit([&size](const auto& job) { add(job, size); }, step.job);
  for (std::uint64_t* count : {&size.steps, &size.vectors, &size.bytes}) *count *= program.samples;
  return size;
}

}  // namespace palimpsest
