#include "sim/cli/number_range.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "sim/cli/options.hpp"

namespace palimpsest {

namespace {

constexpr std::size_t most_numbers = 1000;

std::vector<double> numbers_between(const std::string& option, const std::string& text, char separator, double smallest,
                                    double largest) {
  std::vector<double> numbers;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find(separator, start), text.size());
    numbers.push_back(real_number(option, text.substr(start, end - start), smallest, largest));
    start = end + 1;
  }
  return numbers;
}

/// Whole steps; a step is taken as decimal, so that 0.1:0.3:0.1 has the numbers a reader expects.
std::vector<double> stepped(double low, double high, double step) {
  std::vector<double> numbers;
  for (std::size_t count = 0; numbers.size() <= most_numbers; ++count) {
    const double number = std::round((low + static_cast<double>(count) * step) * 1e9) / 1e9;
    if (number > high) break;
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace

std::vector<double> rising_numbers(const std::string& option, const std::string& text, double smallest,
                                   double largest) {
  const bool listed = text.find(':') == std::string::npos;
  std::vector<double> numbers = numbers_between(option, text, listed ? ',' : ':', smallest, largest);
  if (!listed) {
    const double step = numbers.size() == 3 ? numbers[2] : 1.0;
    const bool sound = numbers.size() <= 3 && numbers[0] <= numbers[1] && step > 0.0;
    numbers = sound ? stepped(numbers[0], numbers[1], step) : std::vector<double>();
  }
  const bool rising = std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal<>()) == numbers.end();
  if (numbers.empty() || !rising || numbers.size() > most_numbers) {
    refuse_option(
        option,
        "LOW:HIGH, LOW:HIGH:STEP or rising numbers with commas, at most " + std::to_string(most_numbers) + " of them",
        text);
  }
  return numbers;
}

std::pair<double, double> number_range(const std::string& option, const std::string& text, double smallest,
                                       double largest) {
  const std::vector<double> edges = numbers_between(option, text, ':', smallest, largest);
  if (edges.size() != 2 || edges[0] >= edges[1]) refuse_option(option, "LOW:HIGH, LOW below HIGH", text);
  return {edges[0], edges[1]};
}

}  // namespace palimpsest
