#include <catch2/catch.hpp>
#include <string>

#include "sim/config/source_file.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

// The first two are FIPS 180-4's own examples (csrc.nist.gov, "SHA256.pdf"), the third is NIST's million letters a,
// which is no whole number of chunks.
TEST_CASE("A source file has the digest of its content") {
  const TemporaryDirectory directory;
  const auto digest = [&directory](const std::string& content) {
    return source_file("place", directory.write("file", content), ExitCode::trace).sha256;
  };
  CHECK(digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(digest(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  // More than one chunk.
  CHECK(digest(std::string(3'000'001, 'a')) != digest(std::string(3'000'000, 'a') + "b"));
}

TEST_CASE("A source file that cannot be read is an error of its reader") {
  const ThrownError error = thrown_error([] { source_file("place", "none", ExitCode::trace); });
  CHECK(error.code == ExitCode::trace);
  CHECK(error.text == "none: no such file");
}

TEST_CASE("A file that changed is refused with both digests") {
  const ThrownError error = thrown_error([] {
    check_unchanged({"/energy", "table.json", "12"}, {"/energy", "old", "34"}, "report.json", ExitCode::trace);
  });
  CHECK(error.code == ExitCode::trace);
  CHECK(error.text == "table.json: expected the file that report.json was made from, SHA-256 34, got 12");
  CHECK_NOTHROW(check_unchanged({"", "a", "12"}, {"", "b", "12"}, "report.json", ExitCode::trace));
}
