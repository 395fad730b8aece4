#include "sim/config/source_file.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sim/config/input_file.hpp"
#include "sim/config/one_line.hpp"

namespace palimpsest {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20U;

std::string hexadecimal(const unsigned char* bytes, std::size_t count) {
  constexpr std::array<char, 17> digits{"0123456789abcdef"};
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += digits[bytes[i] >> 4U];
    text += digits[bytes[i] & 15U];
  }
  return text;
}

void require(int status) {
  if (status != 1) throw std::runtime_error("SHA-256 is not available in libcrypto");
}

class Sha256 {
 public:
  Sha256() { require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr)); }
  void add(const char* bytes, std::size_t count) { require(EVP_DigestUpdate(context_.get(), bytes, count)); }
  std::string digits() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    require(EVP_DigestFinal_ex(context_.get(), digest.data(), &length));
    return hexadecimal(digest.data(), length);
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

std::string sha256_of_file(InputFile file) {
  Sha256 digest;
  std::vector<char> chunk(chunk_bytes);
  for (std::uint64_t offset = 0; offset < file.size(); offset += chunk.size()) {
    const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), file.size() - offset));
    file.read(offset, chunk.data(), bytes);
    digest.add(chunk.data(), bytes);
  }
  return digest.digits();
}

}  // namespace

std::string sha256_of(const std::string& text) {
  Sha256 digest;
  digest.add(text.data(), text.size());
  return digest.digits();
}

SourceFile source_file(std::string place, std::string path, ExitCode code) {
  std::string digest = sha256_of_file(InputFile(path, code));
  return {std::move(place), std::move(path), std::move(digest)};
}

void check_unchanged(const SourceFile& file, const SourceFile& recorded, const std::string& report, ExitCode code) {
  if (file.sha256 == recorded.sha256) return;
  throw UserError(code, one_line(file.path + ": expected the file that " + report + " was made from, SHA-256 " +
                                 recorded.sha256 + ", got " + file.sha256));
}

}  // namespace palimpsest
