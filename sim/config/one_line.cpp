#include "sim/config/one_line.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace palimpsest {
namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;  // 0: not UTF-8
};

CodePoint code_point_at(std::string_view text, std::size_t position) {
  const auto byte = [&](std::size_t offset) { return static_cast<unsigned char>(text[position + offset]); };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() - position < length) return {};
  std::uint32_t value = first & (0xFFU >> (length + 1));
  for (std::size_t offset = 1; offset < length; ++offset) {
    if ((byte(offset) & 0xC0U) != 0x80) return {};
    value = (value << 6U) | (byte(offset) & 0x3FU);
  }
  const std::array<std::uint32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < smallest[length] || value > 0x10FFFF || surrogate) return {};
  return {value, length};
}

std::string byte_escape(char byte) {
  static constexpr std::string_view digits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  return {'\\', 'x', digits[value >> 4U], digits[value & 0xFU]};
}

// Line and paragraph separators and the C1 controls break a line in some terminals.
bool breaks_a_line(std::uint32_t value) {
  return value < 0x20 || (value >= 0x7F && value < 0xA0) || value == 0x2028 || value == 0x2029;
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (std::size_t position = 0; position < text.size();) {
    const CodePoint point = code_point_at(text, position);
    const std::size_t bytes = point.bytes == 0 ? 1 : point.bytes;
    if (point.bytes == 0 || breaks_a_line(point.value)) {
      if (text[position] == '\n')
        line += "\\n";
      else if (text[position] == '\t')
        line += "\\t";
      else
        for (std::size_t offset = 0; offset < bytes; ++offset) line += byte_escape(text[position + offset]);
    } else {
      line += text.substr(position, bytes);
    }
    position += bytes;
  }
  return line;
}

std::string shortened(std::string_view line) {
  constexpr std::size_t longest = 1000;
  constexpr std::string_view gap = " ... ";
  if (line.size() <= longest) return std::string(line);
  const auto inside_character = [line](std::size_t position) {
    return (static_cast<unsigned char>(line[position]) & 0xC0U) == 0x80;
  };
  std::size_t head = (longest - gap.size()) / 2;
  std::size_t tail = line.size() - (longest - gap.size() - head);
  while (head > 0 && inside_character(head)) --head;
  while (tail < line.size() && inside_character(tail)) ++tail;
  return std::string(line.substr(0, head)).append(gap).append(line.substr(tail));
}

}  // namespace palimpsest
