#include <algorithm>
#include <cmath>
#include <functional>

#include "sim/cli/number_range.hpp"
#include "sim/cli/options.hpp"
#include "sim/config/duration.hpp"
#include "tests/fuzz/harness.hpp"

using namespace palimpsest;

namespace {

constexpr double smallest = 0.0;
constexpr double largest = 1e4;

bool inside(double number) { return number >= smallest && number <= largest; }

template <class Read>
bool accepts(const Read& read) {
  return fuzz::accepts(ExitCode::usage_or_architecture, {"--option: "}, read);
}

bool duration(const std::string& text) {
  return accepts([&] {
    const double seconds = parse_duration("--option", text);
    fuzz::expect(seconds >= 0.0 && seconds <= 3.15576e10 && !std::signbit(seconds), "a time out of range");
    fuzz::expect(!duration_text(seconds).empty(), "a time without text");
  });
}

bool numbers(const std::string& text) {
  const bool list = accepts([&] {
    const std::vector<double> values = rising_numbers("--option", text, smallest, largest);
    const bool rising = std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) == values.end();
    fuzz::expect(!values.empty() && values.size() <= 1000 && rising, "no rising numbers");
    fuzz::expect(std::all_of(values.begin(), values.end(), inside), "a number out of range");
  });
  const bool range = accepts([&] {
    const auto [low, high] = number_range("--option", text, smallest, largest);
    fuzz::expect(inside(low) && inside(high) && low < high, "a range out of range");
  });
  const bool whole = accepts([&] {
    const std::uint64_t number = whole_number("--option", text, 1, 1024);
    fuzz::expect(number >= 1 && number <= 1024, "a whole number out of range");
  });
  const bool real =
      accepts([&] { fuzz::expect(inside(real_number("--option", text, smallest, largest)), "out of range"); });
  return list || range || whole || real;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  const bool is_duration = duration(text);
  fuzz::count_input(numbers(text) || is_duration, text);
  return 0;
}
