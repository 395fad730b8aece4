#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "sim/report/svg_picture.hpp"

namespace palimpsest {

/// Where a plot's axes lie in a picture, pixels. Titles and numbers of the axes go outside: 60 left, 45 below, 25
/// above.
struct PlotFrame {
  double left = 0.0;
  double top = 0.0;
  double width = 0.0;
  double height = 0.0;
};

struct PlotAxis {
  std::string title;  ///< with the unit
  bool logarithmic = false;
  double from = 0.0;  ///< in the axis's unit; above 0 if logarithmic
  double to = 1.0;
};

/// Pixels of an axis's values; `start` is the pixel of `from`, `length` negative where pixels count backwards. Values
/// outside the axis lie on its edge.
class AxisScale {
 public:
  AxisScale(const PlotAxis& axis, double start, double length);
  double operator()(double value) const;

 private:
  double transformed(double value) const;

  PlotAxis axis_;
  double start_;
  double length_;
};

/// The axis below a frame, with its grid lines in it.
void draw_horizontal_axis(SvgPicture& picture, const PlotFrame& frame, const PlotAxis& axis);

/// One curve. `low` and `high`, if given, are the edges of a band around it.
struct PlotSeries {
  std::string name;  ///< in the legend; empty: not there
  std::string colour;
  std::vector<double> x, y;
  std::vector<double> low, high;
  bool line = true;
  bool markers = true;
  std::string dashes{};  ///< lengths of strokes and gaps, pixels, as SVG has them; empty: a solid line
};

/// Colours of Okabe and Ito's palette, told apart with every kind of colour vision; they repeat after seven.
std::string series_colour(std::size_t number);

/// Curves over axes with ticks, a title and a legend in the corner `legend_left`, right otherwise. Points outside the
/// axes are moved to their edge.
void draw_plot(SvgPicture& picture, const PlotFrame& frame, const std::string& title, const PlotAxis& x,
               const PlotAxis& y, const std::vector<PlotSeries>& series, bool legend_left = false);

/// A legend outside the axes: names of the curves, each behind a piece of its line or its marker, in one row from the
/// left edge. Returns its right edge.
double draw_key(SvgPicture& picture, double left, double baseline, const std::vector<PlotSeries>& series);

/// A matrix as coloured squares, row 0 on top, with a scale: from white through blue, or if `diverging`, which wants a
/// range symmetric about zero, from blue through white to orange.
struct ColourMap {
  std::string title;  ///< with the unit
  double from = 0.0;
  double to = 1.0;
  bool diverging = false;
};
void draw_map(SvgPicture& picture, const PlotFrame& frame, const ColourMap& map, const Eigen::MatrixXd& values);

}  // namespace palimpsest
