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

void take_vectors(StreamJob& job, std::uint32_t first, std::uint32_t count) {
  job.vectors = count;
  for (auto* ranges : {&job.fetches, &job.drains}) {
    for (StridedRange& range : *ranges) range.address += std::uint64_t{first} * range.stride;
  }
}

LoraJob* adapters_of(Job& job) {
  auto* tile_job = std::get_if<TileJob>(&job);
  return tile_job != nullptr && tile_job->adapters ? &*tile_job->adapters : nullptr;
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
                 take_vectors(*stream_of(piece), first, count);
                 if (auto* tile_job = std::get_if<TileJob>(&piece)) tile_job->first_vector += first;
                 if (LoraJob* adapters = adapters_of(piece)) take_vectors(*adapters, first, count);
                 return DivisibleJob{std::move(piece), nullptr};
               }});
}

void for_each_range(Job& job, const std::function<void(StridedRange&, std::uint32_t vectors, bool written)>& visit) {
  StreamJob* adapters = adapters_of(job);
  for (StreamJob* stream : {stream_of(job), adapters}) {
    if (stream == nullptr) continue;
    for (StridedRange& range : stream->preloads) visit(range, 1, false);
    for (StridedRange& range : stream->fetches) visit(range, stream->vectors, false);
    for (StridedRange& range : stream->drains) visit(range, stream->vectors, true);
  }
}

}  // namespace palimpsest
