#include "sim/graph/shape.hpp"

namespace palimpsest {

std::uint32_t Shape::rows() const {
  std::uint32_t rows = 1;
  for (std::size_t dimension = 0; dimension + 1 < extents_.size(); ++dimension) rows *= extents_[dimension];
  return rows;
}

std::string shown(const Shape& shape) {
  std::string text = "[";
  for (const std::uint32_t extent : shape.extents()) text += (text.size() == 1 ? "" : ", ") + std::to_string(extent);
  return text + ']';
}

}  // namespace palimpsest
