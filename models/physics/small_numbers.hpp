#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace palimpsest {

/// Numbers that are small as a rule, all in as few bytes as the largest so far needs: one, two or four.
class SmallNumbers {
 public:
  /// `count` zeros.
  explicit SmallNumbers(std::size_t count) : numbers_(std::vector<std::uint8_t>(count, 0)) {}

  std::uint32_t operator[](std::size_t index) const {
    return std::visit([index](const auto& numbers) { return std::uint32_t{numbers[index]}; }, numbers_);
  }

  void set(std::size_t index, std::uint32_t number);

  void clear();  ///< to zeros, a byte each

  std::size_t bytes() const;

 private:
  std::variant<std::vector<std::uint8_t>, std::vector<std::uint16_t>, std::vector<std::uint32_t>> numbers_;
};

}  // namespace palimpsest
