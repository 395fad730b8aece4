#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/network_builder.hpp"

namespace palimpsest::test {

/// 64 channels of 32 x 32, convolved with 3 x 3 kernels into as many: 128 KiB of 16 bits each, and windows of 1152 KiB.
inline Network large_convolution() {
  NetworkBuilder builder({64, 32, 32});
  const nlohmann::json windows = {{"weight", "w"},    {"bias", "b"},       {"groups", 1},
                                  {"stride", {1, 1}}, {"padding", {1, 1}}, {"dilation", {1, 1}}};
  const std::map<std::string, Shape> parameters{
      {"w", Shape{64, 64, 3, 3}}, {"b", Shape{64}}, {"v", Shape{64, 64, 3, 3}}};
  const auto first = builder.relu(builder.add("conv2d", {0}, windows, parameters));
  nlohmann::json second = windows;
  second["weight"] = "v";
  second["bias"] = nullptr;
  const auto last = builder.add("conv2d", {first}, second, parameters);
  builder.linear(builder.add("mean", {last}, {{"axes", {1, 2}}, {"keep", false}}), 10, "head");
  return builder.network();
}

}  // namespace palimpsest::test
