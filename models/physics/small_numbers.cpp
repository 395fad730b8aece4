#include "models/physics/small_numbers.hpp"

#include <limits>

namespace palimpsest {

namespace {

template <class Numbers>
bool holds(const Numbers& /*numbers*/, std::uint32_t number) {
  return number <= std::numeric_limits<typename Numbers::value_type>::max();
}

template <class Wide, class Numbers>
std::vector<Wide> widened(const Numbers& numbers) {
  return std::vector<Wide>(numbers.begin(), numbers.end());
}

}  // namespace

void SmallNumbers::set(std::size_t index, std::uint32_t number) {
  if (!std::visit([number](const auto& numbers) { return holds(numbers, number); }, numbers_)) {
    if (number <= std::numeric_limits<std::uint16_t>::max())
      numbers_ = std::visit([](const auto& numbers) { return widened<std::uint16_t>(numbers); }, numbers_);
    else
      numbers_ = std::visit([](const auto& numbers) { return widened<std::uint32_t>(numbers); }, numbers_);
  }
  std::visit(
      [index, number](auto& numbers) {
        numbers[index] = static_cast<typename std::decay_t<decltype(numbers)>::value_type>(number);
      },
      numbers_);
}

void SmallNumbers::clear() {
  const std::size_t count = std::visit([](const auto& numbers) { return numbers.size(); }, numbers_);
  numbers_ = std::vector<std::uint8_t>(count, 0);
}

std::size_t SmallNumbers::bytes() const {
  return std::visit([](const auto& numbers) { return numbers.size() * sizeof(numbers[0]); }, numbers_);
}

}  // namespace palimpsest
