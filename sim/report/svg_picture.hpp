#pragma once

#include <string>
#include <utility>
#include <vector>

namespace palimpsest {

/// Shapes and words put together as an SVG text. Places and sizes are pixels from the top left corner, printed to a
/// tenth, so that the same figures give the same bytes. `attributes` are SVG's own, as in `font-weight="bold"`.
class SvgPicture {
 public:
  void text(double x, double y, const std::string& words, const std::string& attributes = "");

  void box(double x, double y, double width, double height, const std::string& colour);

  void circle(double x, double y, double radius, const std::string& colour);

  /// A line through the points.
  void path(const std::vector<std::pair<double, double>>& points, const std::string& attributes);

  /// The area that the points enclose.
  void area(const std::vector<std::pair<double, double>>& points, const std::string& attributes);

  /// Boxes of one size and colour at many places.
  void boxes(const std::vector<std::pair<double, double>>& corners, double width, double height,
             const std::string& colour);

  /// Text for programs that read the picture; not drawn.
  void metadata(const std::string& words);

  std::string svg(double width, double height) const;

 private:
  std::string body_;
};

}  // namespace palimpsest
