#include "tests/support/step_bytes.hpp"
#include "tests/support/stream_of.hpp"

#include <variant>

namespace palimpsest::test {

std::vector<Range> expanded(const std::vector<StridedRange>& ranges, std::uint32_t vectors, std::uint32_t word,
                            bool off_chip) {
  std::vector<Range> all;
  for (std::uint64_t vector = 0; vector < vectors; ++vector) {
    for (const StridedRange& range : ranges) {
      const bool whole = vectors == 1 && range.rows == 1 && range.address % word == 0 && range.bytes % word == 0;
      const Space space = off_chip ? (range.per_sample ? Space::off_chip_slot : Space::off_chip_once)
                                   : (range.per_sample ? Space::slot : Space::once);
      for (std::uint64_t row = 0; row < range.rows; ++row)
        all.push_back({space, range.address + vector * range.stride + row * range.row_stride, range.bytes, whole});
    }
  }
  return all;
}

const OffChipJob* transfer_of(const Step& step) { return std::get_if<OffChipJob>(&step.job); }

std::vector<Range> reads_of(const Step& step, std::uint32_t word) {
  const StreamJob* job = stream_of(step.job);
  if (job == nullptr) return {};
  if (const OffChipJob* transfer = transfer_of(step); transfer != nullptr && transfer->loads())
    return expanded({transfer->memory}, transfer->vectors, word, true);
  std::vector<Range> reads = expanded(with_adapters(step.job, &StreamJob::fetches), job->vectors, word);
  for (const Range& range : expanded(with_adapters(step.job, &StreamJob::preloads), 1, word)) reads.push_back(range);
  return reads;
}

std::vector<Range> drains_of(const Step& step, std::uint32_t word) {
  const StreamJob* job = stream_of(step.job);
  if (job == nullptr) return {};
  if (const OffChipJob* transfer = transfer_of(step); transfer != nullptr && !transfer->loads())
    return expanded({transfer->memory}, transfer->vectors, word, true);
  return expanded(with_adapters(step.job, &StreamJob::drains), job->vectors, word);
}

std::string step_text(std::size_t step) { return "step " + std::to_string(step); }

}  // namespace palimpsest::test
