#include "sim/config/duration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>

#include "sim/config/one_line.hpp"
#include "sim/error.hpp"
#include "sim/report/number_format.hpp"

namespace palimpsest {
namespace {

struct Unit {
  std::string_view name;
  double seconds;
};

constexpr std::array<Unit, 5> units{{{"s", 1.0}, {"min", 60.0}, {"h", 3600.0}, {"d", 86'400.0}, {"y", 31'557'600.0}}};
constexpr double longest_s = 1000.0 * units.back().seconds;

}  // namespace

double parse_duration(const std::string& option, const std::string& text) {
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view name(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const auto* const unit =
      std::find_if(units.begin(), units.end(), [name](const Unit& candidate) { return candidate.name == name; });
  // The comparison also refuses what is not a number, the sign bit -0.
  if (error != std::errc() || unit == units.end() || std::signbit(number) || !(number * unit->seconds <= longest_s)) {
    throw UserError(ExitCode::usage_or_architecture,
                    option + ": expected a time in 0s..1000y, like 30d (units s, min, h, d, y), got " + one_line(text));
  }
  return number * unit->seconds;
}

std::string duration_text(double seconds) {
  const auto unit = std::find_if(units.rbegin(), units.rend() - 1,
                                 [seconds](const Unit& candidate) { return seconds >= candidate.seconds; });
  return shortest(seconds / unit->seconds).append(" ").append(unit->name);
}

}  // namespace palimpsest
