#pragma once

#include <type_traits>
#include <variant>

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

}  // namespace palimpsest::test
