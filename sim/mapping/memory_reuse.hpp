#pragma once

#include <cstdint>
#include <vector>

namespace palimpsest {

/// Which steps used the places of the SRAM buffer that are free again. Whoever takes such a place writes to it after
/// them.
class FreedPlaces {
 public:
  void free(std::uint64_t begin, std::uint64_t end, std::vector<std::uint32_t> steps);

  /// The steps that used [begin, end) last; the place is taken with that.
  std::vector<std::uint32_t> take(std::uint64_t begin, std::uint64_t end);

 private:
  struct Place {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::vector<std::uint32_t> steps;
  };
  std::vector<Place> places_;
};

}  // namespace palimpsest
