#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/report/tensor_file.hpp"
#include "sim/trace/safetensors.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace palimpsest;

namespace {

/// Bytes that a file is written to.
struct Bytes {
  std::string text;

  TensorFile::WriteAt write() {
    return [this](std::uint64_t place, const std::string& bytes) { text.replace(place, bytes.size(), bytes); };
  }
};

std::vector<OutputTensor> tensors() {
  return {{"a/numbers", TensorType::i64, {3}}, {"a/rows", TensorType::f32, {3, 2}}, {"b", TensorType::f32, {2, 1, 3}}};
}

Eigen::MatrixXf rows(Eigen::Index count, Eigen::Index columns, float first) {
  Eigen::MatrixXf made(count, columns);
  for (Eigen::Index row = 0; row < count; ++row)
    for (Eigen::Index column = 0; column < columns; ++column)
      made(row, column) = first + static_cast<float>(row * columns + column);
  return made;
}

}  // namespace

TEST_CASE("Tensors written in parts and in any order are read back as they were") {
  TensorFile file(tensors(), {{"schema", "test"}, {"text", "a \"quoted\" one"}});
  Bytes bytes{std::string(file.bytes(), '\0')};
  file.begin(bytes.write());
  file.write_rows("b", 1, rows(1, 3, 24.0F));
  file.write_rows("a/rows", 2, rows(1, 2, 15.0F));
  CHECK_THROWS_AS(file.check_whole(), std::logic_error);
  file.write_integers("a/numbers", {-1, 1'000'000'000'000, 3});
  file.write_rows("a/rows", 0, rows(2, 2, 11.0F));
  CHECK_THROWS_WITH(file.check_whole(), Catch::Contains("tensor b"));
  file.write_rows("b", 0, rows(1, 3, 21.0F));
  file.check_whole();
  CHECK(bytes.text.size() == file.bytes());

  const test::TemporaryDirectory directory;
  Safetensors read(directory.write("tensors", bytes.text));
  CHECK(read.integers("a/numbers", {3}) == std::vector<std::int64_t>{-1, 1'000'000'000'000, 3});
  CHECK(read.floats("a/rows", {3, 2}, 3, 2) == rows(3, 2, 11.0F));
  CHECK(read.floats("b", {2, 1, 3}, 2, 3) == rows(2, 3, 21.0F));
  read.finish();
}

TEST_CASE("Data of a tensor file begins at a multiple of eight bytes") {
  for (const char* name : {"a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"}) {
    TensorFile file({{name, TensorType::i64, {1}}}, {});
    CHECK((file.bytes() - 8) % 8 == 0);
  }
}

TEST_CASE("A tensor does not take more than its place") {
  TensorFile file(tensors(), {});
  Bytes bytes{std::string(file.bytes(), '\0')};
  file.begin(bytes.write());
  CHECK_THROWS_AS(file.write_rows("a/rows", 2, rows(2, 2, 0.0F)), std::logic_error);
  CHECK_THROWS_AS(file.write_integers("a/numbers", {1, 2, 3, 4}), std::logic_error);
}
