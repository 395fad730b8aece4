#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/lowered.hpp"
#include "tests/support/operation_reference.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;
using nlohmann::json;

// Pooling and upsampling.

namespace {

json pooling(const json& kernel, const json& stride, const json& padding) {
  return {{"kernel", kernel}, {"stride", stride}, {"padding", padding}};
}

json average_pooling(const json& kernel, const json& stride, const json& padding) {
  json description = pooling(kernel, stride, padding);
  description["count_padding"] = true;
  return description;
}

json upsampling(const json& factor, const char* mode) { return {{"factor", factor}, {"mode", mode}}; }

std::string refusal(const char* kind, const json& description, const Shape& input) {
  return thrown_error([&] { lone_operation(kind, description, {input}); }).text;
}

/// Work forward and, from the gradient of the only output, backward.
struct Work {
  VectorOperations forward;
  VectorOperations backward;
  std::vector<std::uint32_t> inputs_read;
};

Work work_of(const char* kind, const json& description, const Shape& input) {
  const LoneOperation lone = lone_operation(kind, description, {input});
  CHECK_FALSE(lone.operation->work().row_by_row);
  const auto rules = lone.operation->input_gradients();
  REQUIRE(rules.size() == 1);
  REQUIRE(rules[0].work);
  CHECK_FALSE(rules[0].work->row_by_row);
  return {lone.operation->work().operations, rules[0].work->operations, rules[0].inputs_read};
}

void check(const VectorOperations& operations, std::uint64_t adds, std::uint64_t macs, std::uint64_t moves) {
  CHECK(operations.adds == adds);
  CHECK(operations.macs == macs);
  CHECK(operations.moves == moves);
  CHECK(operations.lookups == 0);
}

bool keeps_grid(const char* kind, const json& description) {
  return lone_operation(kind, description, {Shape{1, 4, 4}}).operation->keeps_grid();
}

}  // namespace

TEST_CASE("pooling and upsampling have the numbers of PyTorch") {
  for (const char* kind : {"max_pool2d", "average_pool2d", "upsample"}) check_numbers("convolution", kind);
}

TEST_CASE("pooling that cannot be is refused") {
  for (const std::string kind : {"max_pool2d", "average_pool2d"}) {
    const auto told = [&](const json& description, const Shape& input) {
      return refusal(kind.c_str(), description, input);
    };
    CHECK(told(pooling({2, 2}, {1, 1}, {0, 0}), {4, 4}) ==
          kind + ": /inputs: expected [channels, height, width], got [4, 4]");
    CHECK(told(pooling({5, 2}, {1, 1}, {0, 0}), {1, 4, 4}) ==
          kind + ": /inputs: expected an image that holds a window of 5 x 2, got 4 x 4 and a padding of 0 x 0");
    CHECK(told(pooling({2, 3}, {1, 1}, {1, 2}), {1, 4, 4}) ==
          kind + ": /padding: expected at most half the kernel, 1, got 2");
    CHECK(told(pooling({2}, {1, 1}, {0, 0}), {1, 4, 4}) == kind + ": /kernel: expected 2 numbers, got 1");
    CHECK(told(pooling({2, 2}, {0, 1}, {0, 0}), {1, 4, 4}).find("/stride") != std::string::npos);
  }
}

TEST_CASE("upsampling that cannot be is refused") {
  CHECK(refusal("upsample", upsampling({2, 2}, "nearest"), {4, 4}) ==
        "upsample: /inputs: expected [channels, height, width], got [4, 4]");
  CHECK(refusal("upsample", upsampling({1, 32769}, "nearest"), {1, 1, 2}) ==
        "upsample: /factor: expected at most 65536 rows and columns of [1, 1, 2], got a factor of 32769");
  CHECK(refusal("upsample", upsampling({2, 2}, "cubic"), {1, 4, 4}).find("/mode") != std::string::npos);
}

TEST_CASE("pooling compares or adds every element of every window") {
  const Shape input{2, 4, 6};  // 8 windows of 6 elements
  const Work largest = work_of("max_pool2d", pooling({2, 3}, {2, 3}, {0, 0}), input);
  check(largest.forward, 8 * 6, 0, 0);
  check(largest.backward, 8 * 6 + 8, 0, 0);
  CHECK(largest.inputs_read == std::vector<std::uint32_t>{0});
  const Work average = work_of("average_pool2d", average_pooling({2, 3}, {2, 3}, {0, 0}), input);
  check(average.forward, 8 * 6, 8, 0);
  check(average.backward, 8 * 6, 8, 0);
  CHECK(average.inputs_read.empty());
}

TEST_CASE("upsampling moves every element, or weights four") {
  const Shape input{2, 3, 4};  // 2 x 6 x 12 elements after
  const Work nearest = work_of("upsample", upsampling({2, 3}, "nearest"), input);
  check(nearest.forward, 0, 0, 144);
  check(nearest.backward, 144, 0, 0);
  const Work bilinear = work_of("upsample", upsampling({2, 3}, "bilinear"), input);
  check(bilinear.forward, 0, 4 * 144, 0);
  check(bilinear.backward, 0, 4 * 144, 0);
}

TEST_CASE("what only chooses elements leaves them on their grid") {
  CHECK(keeps_grid("max_pool2d", pooling({2, 2}, {2, 2}, {0, 0})));
  CHECK(keeps_grid("upsample", upsampling({2, 2}, "nearest")));
  CHECK_FALSE(keeps_grid("upsample", upsampling({2, 2}, "bilinear")));
  CHECK_FALSE(keeps_grid("average_pool2d", average_pooling({2, 2}, {2, 2}, {0, 0})));
}

TEST_CASE("programs of pooling and upsampling read what they write") {
  NetworkBuilder builder({1, 4, 4});
  const auto first = builder.conv2d(0, "first", {2, 1, 1, 1});
  const auto largest = builder.add("max_pool2d", {first}, pooling({2, 2}, {2, 1}, {1, 0}));
  const auto nearest = builder.add("upsample", {largest}, upsampling({1, 2}, "nearest"));
  const auto bilinear = builder.add("upsample", {nearest}, upsampling({2, 1}, "bilinear"));
  builder.add("average_pool2d", {bilinear}, average_pooling({3, 3}, {1, 2}, {0, 0}));
  const Network network = builder.network();
  check_lowered_everywhere(network);
  const Lowered programs = lowered(roomy_chip(), network);
  // Windows, conversions to the step of values, channels first.
  CHECK(jobs_of<VectorJob>(programs.inference).size() == 3 + 4);
  CHECK(jobs_of<VectorJob>(programs.training.batch).size() == 2 + 4 + 1 + 4 + 1);
}
