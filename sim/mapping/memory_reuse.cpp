#include "sim/mapping/memory_reuse.hpp"

#include <algorithm>
#include <utility>

namespace palimpsest {

void FreedPlaces::free(std::uint64_t begin, std::uint64_t end, std::vector<std::uint32_t> steps) {
  if (begin < end) places_.push_back({begin, end, std::move(steps)});
}

std::vector<std::uint32_t> FreedPlaces::take(std::uint64_t begin, std::uint64_t end) {
  std::vector<std::uint32_t> users;
  std::vector<Place> left;
  for (Place& place : places_) {
    if (place.end <= begin || end <= place.begin) {
      left.push_back(std::move(place));
      continue;
    }
    users.insert(users.end(), place.steps.begin(), place.steps.end());
    if (place.begin < begin) left.push_back({place.begin, begin, place.steps});
    if (end < place.end) left.push_back({end, place.end, place.steps});
  }
  places_ = std::move(left);
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  return users;
}

}  // namespace palimpsest
