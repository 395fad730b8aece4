#pragma once

namespace palimpsest {

inline constexpr double micro = 1e-6;
inline constexpr double nano = 1e-9;
inline constexpr double pico = 1e-12;

}  // namespace palimpsest
