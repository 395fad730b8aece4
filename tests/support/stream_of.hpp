#pragma once

#include <type_traits>
#include <variant>
#include <vector>

#include "models/protocol/jobs.hpp"

namespace palimpsest::test {

/// What a streaming job moves; null for one of the programmer.
inline const StreamJob* stream_of(const Job& job) {
  return std::visit(
      [](const auto& one) -> const StreamJob* {
        if constexpr (std::is_base_of_v<StreamJob, std::decay_t<decltype(one)>>) {
          return &one;
        } else {
          return nullptr;
        }
      },
      job);
}

/// The adapters that a tile job feeds; null: none.
inline const LoraJob* adapters_of(const Job& job) {
  const auto* tile_job = std::get_if<TileJob>(&job);
  return tile_job != nullptr && tile_job->adapters ? &*tile_job->adapters : nullptr;
}

/// What a streaming job reads or writes, behind it what the adapters that it feeds do.
inline std::vector<StridedRange> with_adapters(const Job& job, std::vector<StridedRange> StreamJob::*ranges) {
  const StreamJob* stream = stream_of(job);
  if (stream == nullptr) return {};
  std::vector<StridedRange> all = stream->*ranges;
  if (const LoraJob* adapters = adapters_of(job))
    all.insert(all.end(), (adapters->*ranges).begin(), (adapters->*ranges).end());
  return all;
}

}  // namespace palimpsest::test
