#include "sim/mapping/divisible_job.hpp"

#include <type_traits>
#include <variant>

namespace palimpsest {

namespace {

StreamJob* stream_of(Job& job) {
  return std::visit(
      [](auto& one) -> StreamJob* {
        if constexpr (std::is_base_of_v<StreamJob, std::decay_t<decltype(one)>>) {
          return &one;
        } else {
          return nullptr;
        }
      },
      job);
}

}  // namespace

std::shared_ptr<const Division> division_by_vectors(const Job& job) {
  Job whole = job;
  const StreamJob* stream = stream_of(whole);
  if (stream == nullptr || stream->vectors < 2) return nullptr;
  const std::uint32_t vectors = stream->vectors;
  return std::make_shared<const Division>(
      Division{vectors, [whole = std::move(whole)](std::uint32_t first, std::uint32_t count) {
                 Job piece = whole;
                 StreamJob& of_piece = *stream_of(piece);
                 of_piece.vectors = count;
                 for (auto* ranges : {&of_piece.fetches, &of_piece.drains}) {
                   for (StridedRange& range : *ranges) range.address += std::uint64_t{first} * range.stride;
                 }
                 return DivisibleJob{std::move(piece), nullptr};
               }});
}

void for_each_range(Job& job, const std::function<void(StridedRange&, std::uint32_t vectors, bool written)>& visit) {
  StreamJob* stream = stream_of(job);
  if (stream == nullptr) return;
  if (auto* lora = std::get_if<LoraJob>(&job)) {
    for (StridedRange& range : lora->preloads) visit(range, 1, false);
  }
  for (StridedRange& range : stream->fetches) visit(range, stream->vectors, false);
  for (StridedRange& range : stream->drains) visit(range, stream->vectors, true);
}

}  // namespace palimpsest
