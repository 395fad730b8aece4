#pragma once

#include <string>
#include <vector>

namespace palimpsest {

/// The kinds of vector instructions that kernels are compiled for and this processor has, the best first. The last one
/// is the scalar path, which every processor has.
std::vector<std::string> simd_targets();

/// The one that kernels run on: the best, if not chosen otherwise.
std::string simd_target();

/// Whether it has a fused multiply-add. The scalar path calls std::fma: the same bytes, slowly.
bool simd_is_fused();

/// Kernels run on `target` from now on, one of simd_targets(): false, and nothing happens, if it is none. Not while
/// another thread runs a kernel.
bool choose_simd_target(const std::string& target);

/// They run on the best again.
void choose_best_simd_target();

}  // namespace palimpsest
