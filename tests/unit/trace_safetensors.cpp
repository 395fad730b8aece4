#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/trace/safetensors.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/tensor_file_writer.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

// The message without the file's name.
std::string error_of(const std::string& bytes) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("t.safetensors", bytes);
  const ThrownError error = thrown_error([&] { Safetensors file(path); });
  CHECK(is_one_line(error.text));
  if (error.text == "no error") return error.text;
  CHECK(error.code == ExitCode::trace);
  REQUIRE_THAT(error.text, Catch::Matchers::StartsWith(path));
  return error.text.substr(path.size() + 2);
}

std::string entry(const std::string& type, const std::string& shape, const std::string& offsets) {
  return R"({"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

std::string error_of_tensor(const std::string& tensor, std::size_t data_bytes) {
  return error_of(safetensors_bytes("{\"w\":" + tensor + "}", std::string(data_bytes, '\0')));
}

}  // namespace

TEST_CASE("Tensors are read as they were written") {
  Eigen::MatrixXf matrix(2, 3);
  matrix << 1.0F, -2.5F, 3.0F, 4.0F, 5.0F, 1e-30F;
  const TemporaryDirectory directory;
  const std::string path =
      directory.write("t.safetensors", safetensors_bytes({{"m", raw_matrix(matrix)},
                                                          {"r", raw_row(matrix.row(1))},
                                                          {"b", raw_bytes({2, 1, 2}, {0, 255, 7, 128})},
                                                          {"i", raw_integers({-1, 1'000'000'000'000})}}));
  Safetensors file(path);
  CHECK(file.matrix("m", 2, 3) == matrix);
  CHECK(file.floats("r", {3}, 1, 3) == matrix.row(1));
  CHECK(file.bytes("b", {2, 1, 2}) == std::vector<std::uint8_t>{0, 255, 7, 128});
  CHECK(thrown_error([&] { file.finish(); }).text == path + ": tensor i: no key of trace.json uses this tensor");
  CHECK(file.integers("i", {2}) == std::vector<std::int64_t>{-1, 1'000'000'000'000});
  CHECK_NOTHROW(file.finish());
}

TEST_CASE("A tensor of another type or shape is refused") {
  const TemporaryDirectory directory;
  const std::string path =
      directory.write("t.safetensors", safetensors_bytes({{"m", raw_matrix(Eigen::MatrixXf::Ones(2, 3))}}));
  Safetensors file(path);
  const std::string prefix = path + ": tensor m: ";
  CHECK(thrown_error([&] { file.matrix("m", 3, 2); }).text == prefix + "expected F32 [3, 2], got F32 [2, 3]");
  CHECK(thrown_error([&] { file.floats("m", {6}, 1, 6); }).text == prefix + "expected F32 [6], got F32 [2, 3]");
  CHECK(thrown_error([&] { file.bytes("m", {2, 3}); }).text == prefix + "expected U8 [2, 3], got F32 [2, 3]");
  CHECK(thrown_error([&] { file.shape("m", TensorType::u8, 3); }).text ==
        prefix + "expected U8 with 3 dimensions, got F32 [2, 3]");
  CHECK(file.shape("m", TensorType::f32, 0) == TensorShape{2, 3});
  CHECK(thrown_error([&] { file.shape("m", TensorType::u8, 0); }).text == prefix + "expected U8, got F32 [2, 3]");
  CHECK(thrown_error([&] { file.matrix("n", 1, 1); }).text == path + ": tensor n: the tensor is missing");
}

TEST_CASE("Numbers that are not finite are refused with their tensor and place") {
  for (const float bad : {std::nanf(""), INFINITY, -INFINITY}) {
    Eigen::MatrixXf matrix = Eigen::MatrixXf::Ones(2, 3);
    matrix(1, 2) = bad;
    const TemporaryDirectory directory;
    Safetensors file(directory.write("t.safetensors", safetensors_bytes({{"m", raw_matrix(matrix)}})));
    const std::string text = thrown_error([&] { file.matrix("m", 2, 3); }).text;
    CHECK_THAT(text, Catch::Matchers::Contains("tensor m: expected finite numbers, got "));
    CHECK_THAT(text, Catch::Matchers::EndsWith(" at [1, 2]"));
  }
}

TEST_CASE("A header length that cannot be is refused before anything is read") {
  const auto with_length = [](std::uint64_t length) {
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &length, 8);
    return bytes + "{}";
  };
  CHECK(error_of("abc") == "expected 8 bytes of header length, got 3");
  CHECK(error_of("") == "the file is empty");
  CHECK(error_of(with_length(3)) == "expected a header inside the file of 10 bytes, got 3 bytes of header");
  CHECK_THAT(error_of(with_length((std::uint64_t{64} << 20U) + 1)), Catch::Matchers::Contains("at most 64 MiB"));
  CHECK_THAT(error_of(with_length(~std::uint64_t{0})), Catch::Matchers::Contains("at most 64 MiB"));
  CHECK_THAT(error_of(with_length(0)), Catch::Matchers::Contains("header: line 1, column "));
  CHECK(error_of(with_length(2)) == "no error");
}

TEST_CASE("Another kind of file is called what it is") {
  using namespace std::string_literals;
  const std::string zip = "expected a safetensors file, got a zip archive, as torch.save and numpy.savez write";
  CHECK(error_of("PK\x03\x04\x00\x00\x08\x08\x00\x00\x00\x00"s) == zip);
  CHECK(error_of("PK\x05\x06\x00\x00\x00\x00\x00\x00\x00"s) == "expected a safetensors file, got an empty zip archive");
  CHECK(error_of("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8"s) ==
        "expected a safetensors file, got a Python pickle");
  CHECK(error_of("\x80\x04\x95\x20\x00\x00\x00\x00\x00\x00\x00"s) ==
        "expected a safetensors file, got a Python pickle");
  // A frame of a length that makes the length of a header that is allowed, but not inside the file.
  CHECK(error_of("\x80\x04\x95\x01\x00\x00\x00\x00\x00\x00\x00"s) ==
        "expected a safetensors file, got a Python pickle");
  CHECK(error_of("\x93NUMPY\x01\x00v\x00"s) == "expected a safetensors file, got a NumPy array");
  const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
  CHECK(error_of(pointer) == "the file is a Git LFS pointer, not the content; git lfs pull fetches that");
}

TEST_CASE("A header of 640 bytes, which begins as a pickle does, is read") {
  const std::string text = "{\"w\":" + entry("U8", "[4]", "[0,4]") + "}";
  const std::string bytes = safetensors_bytes(text + std::string(640 - text.size(), ' '), "abcd");
  REQUIRE(bytes.substr(0, 2) == "\x80\x02");
  CHECK(error_of(bytes) == "no error");
}

TEST_CASE("A header that is not the expected JSON is refused") {
  CHECK_THAT(error_of(safetensors_bytes("{\"w\":", "")), Catch::Matchers::StartsWith("header: line 1, column "));
  CHECK(error_of(safetensors_bytes("[1]", "")) == "header: expected an object, got an array");
  CHECK(error_of(safetensors_bytes(R"({"w":{},"w":{}})", "")) == "header: /w: the key appears twice");
  CHECK(error_of(safetensors_bytes(R"({"w":5})", "")) == "tensor w: expected an object, got 5");
  CHECK(error_of(safetensors_bytes(R"({"a/b":{}})", "")) == "tensor a/b: /dtype: the key is missing");
  CHECK(error_of(safetensors_bytes(R"({"__metadata__":{"format":"pt"}})", "")) == "no error");
  CHECK_THAT(error_of(safetensors_bytes(R"({"__metadata__":{"format":1}})", "")),
             Catch::Matchers::Contains("expected a string"));
  CHECK_THAT(error_of(safetensors_bytes(std::string(1000, '['), "")), Catch::Matchers::Contains("64 levels"));
}

TEST_CASE("A tensor's entry that contradicts itself is refused") {
  struct Case {
    const char* type;
    const char* shape;
    const char* offsets;
    std::size_t data_bytes;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"F16", "[1]", "[0,2]", 2, "tensor w: /dtype: expected one of F32, U8, I64; got \"F16\""},
      {"F32", "[-1]", "[0,4]", 4, "tensor w: /shape/0: expected 0..281474976710656, got -1"},
      {"F32", "[1.0]", "[0,4]", 4, "tensor w: /shape/0: expected an integer"},
      {"F32", "4", "[0,4]", 4, "tensor w: /shape: expected an array, got 4"},
      {"F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]", 4, "tensor w: /shape: expected at most 8 dimensions"},
      {"F32", "[2]", "[0,4]", 4, "tensor w: /shape: expected the bytes of shape and dtype to be the 4 bytes"},
      {"U8", "[4294967296,4294967296]", "[0,4]", 4, "tensor w: /shape: expected the bytes"},
      {"U8", "[281474976710656,0]", "[0,4]", 4, "tensor w: /shape: expected the bytes"},
      {"U8", "[281474976710656,65536]", "[0,0]", 0, "tensor w: /shape: expected the bytes"},
      {"U8", "[4]", "[0,4,8]", 4, "tensor w: /data_offsets: expected [begin, end]"},
      {"U8", "[4]", "[4,0]", 4, "tensor w: /data_offsets: expected [begin, end]"},
      {"U8", "[4]", "[-4,0]", 4, "tensor w: /data_offsets/0: expected 0.."},
      {"U8", "[4]", "[0,18446744073709551615]", 4, "tensor w: /data_offsets/1: expected 0.."},
      {"U8", "[4]", "[0,4]", 3, "tensor w: /data_offsets: expected an end inside the 3 bytes of data, got 4"},
      {"U8", "[4]", "[1,5]", 5, "tensor w: expected data from byte 0, got a gap before byte 1"},
      {"U8", "[4]", "[0,4]", 9, "expected the tensors to cover the data, got 5 bytes behind the last"},
  };
  for (const Case& test : cases) {
    INFO(test.type << ' ' << test.shape << ' ' << test.offsets);
    CHECK_THAT(error_of_tensor(entry(test.type, test.shape, test.offsets), test.data_bytes),
               Catch::Matchers::StartsWith(test.message));
  }
  CHECK(error_of_tensor(entry("U8", "[0,7]", "[0,0]"), 0) == "no error");
  CHECK(error_of_tensor(entry("F32", "[]", "[0,4]"), 4) == "no error");
}

TEST_CASE("Overlaps and gaps between tensors are refused") {
  const auto two = [](const std::string& first, const std::string& second) {
    return error_of(safetensors_bytes(
        "{\"a\":" + entry("U8", "[4]", first) + ",\"b\":" + entry("U8", "[4]", second) + "}", std::string(8, '\0')));
  };
  CHECK(two("[0,4]", "[4,8]") == "no error");
  CHECK(two("[4,8]", "[0,4]") == "no error");
  CHECK(two("[0,4]", "[3,7]") == "tensor b: expected data from byte 4, got an overlap before byte 3");
  CHECK(two("[0,4]", "[0,4]") == "tensor b: expected data from byte 4, got an overlap before byte 0");
}
