#include <catch2/catch.hpp>
#include <string>

#include "sim/report/plot.hpp"

using namespace palimpsest;

namespace {

constexpr PlotFrame frame{100.0, 50.0, 200.0, 100.0};

std::string plotted(const PlotAxis& x, const PlotAxis& y, const PlotSeries& series) {
  SvgPicture picture;
  draw_plot(picture, frame, "title", x, y, {series});
  return picture.svg(400.0, 200.0);
}

}  // namespace

TEST_CASE("Points of a plot stand where the axes say, x to the right and y up") {
  const std::string svg =
      plotted({"x", false, 0.0, 10.0}, {"y", false, 0.0, 4.0}, {"", "#123456", {0, 5}, {1, 4}, {}, {}});
  CHECK_THAT(svg, Catch::Contains("M100.0 125.0L200.0 50.0") && Catch::Contains("cx=\"200.0\" cy=\"50.0\""));
}

TEST_CASE("A logarithmic axis gives every decade the same length") {
  const std::string svg =
      plotted({"x", true, 1.0, 100.0}, {"y", true, 0.1, 1000.0}, {"", "#123456", {1, 10}, {1, 10}, {}, {}});
  CHECK_THAT(svg, Catch::Contains("M100.0 125.0L200.0 100.0"));
}

TEST_CASE("A logarithmic axis of less than two decades is marked at 1, 2 and 5") {
  const std::string svg =
      plotted({"x", true, 0.5, 8.0}, {"y", true, 3.0, 4.0}, {"", "#123456", {1, 2}, {3, 4}, {}, {}});
  for (const char* label : {">0.5<", ">1<", ">2<", ">5<"}) CHECK_THAT(svg, Catch::Contains(label));
  CHECK_THAT(svg, !Catch::Contains(">8<") && !Catch::Contains(">10<") && !Catch::Contains(">0.2<"));
  // No such number inside: the edges.
  CHECK_THAT(svg, Catch::Contains(">3<") && Catch::Contains(">4<"));
}

TEST_CASE("An axis from zero is marked with zero, not with minus zero") {
  const std::string svg =
      plotted({"x", false, 0.0, 1.0}, {"y", false, 0.0, 1.0}, {"", "#123456", {0, 1}, {0, 1}, {}, {}});
  CHECK_THAT(svg, Catch::Contains(">0<") && !Catch::Contains(">-0<"));
}

TEST_CASE("Points outside the axes are moved to their edge") {
  const std::string svg =
      plotted({"x", false, 0.0, 1.0}, {"y", true, 1.0, 10.0}, {"", "#123456", {-1, 2}, {0, 99}, {}, {}});
  CHECK_THAT(svg, Catch::Contains("M100.0 150.0L300.0 50.0"));
}

TEST_CASE("A band goes along its low edge and back along its high one") {
  const std::string svg = plotted({"x", false, 0.0, 1.0}, {"y", false, 0.0, 1.0},
                                  {"name", "#123456", {0, 1}, {0.5, 0.5}, {0, 0.25}, {1, 0.75}});
  CHECK_THAT(svg,
             Catch::Contains("M100.0 150.0L300.0 125.0L300.0 75.0L100.0 50.0Z") && Catch::Contains(">name</text>"));
}

TEST_CASE("A map's extremes take the ends of its scale") {
  SvgPicture picture;
  draw_map(picture, {0.0, 0.0, 20.0, 10.0}, {"map", -1.0, 1.0, true}, Eigen::MatrixXd{{-1.0, 5.0}});
  const std::string svg = picture.svg(50.0, 20.0);
  CHECK_THAT(svg, Catch::Contains("M0.0 0.0h10.0v10.0h-10.0z\" fill=\"#004280\""));
  CHECK_THAT(svg, Catch::Contains("M10.0 0.0h10.0v10.0h-10.0z\" fill=\"#d55e00\""));
}

TEST_CASE("An axis that begins at zero says so without a sign") {
  const std::string svg = plotted({"x", false, 0.0, 10.0}, {"y", false, 0.0, 4.0}, {"", "#123456", {}, {}, {}, {}});
  CHECK_THAT(svg, Catch::Contains(">0</text>") && !Catch::Contains(">-0</text>"));
}

TEST_CASE("A dashed curve is dashed in its plot and in the key, a solid one in neither") {
  PlotSeries curve{"name", "#123456", {0, 5}, {1, 4}, {}, {}};
  const auto dashed = Catch::Contains("stroke=\"#123456\" stroke-width=\"1.5\" stroke-dasharray=\"5 4\"");
  const auto key = [&curve] {
    SvgPicture picture;
    draw_key(picture, 10.0, 20.0, {curve});
    return picture.svg(400.0, 200.0);
  };
  CHECK_THAT(key(), !dashed);
  CHECK_THAT(plotted({"x", false, 0.0, 10.0}, {"y", false, 0.0, 4.0}, curve), !dashed);
  curve.dashes = "5 4";
  CHECK_THAT(key(), dashed);
  CHECK_THAT(plotted({"x", false, 0.0, 10.0}, {"y", false, 0.0, 4.0}, curve), dashed);
}

TEST_CASE("A key's entries stand side by side, each with what its curve has") {
  SvgPicture picture;
  const PlotSeries line{"line", "#111111", {}, {}, {}, {}, true, false};
  const PlotSeries marker{"marker", "#222222", {}, {}, {}, {}, false, true};
  const double right = draw_key(picture, 10.0, 20.0, {line, marker});
  const std::string svg = picture.svg(400.0, 200.0);
  CHECK_THAT(svg, Catch::Contains("M10.0 16.0L38.0 16.0") && Catch::Contains("x=\"44.0\" y=\"20.0\" >line"));
  CHECK_THAT(svg, Catch::Contains("fill=\"#222222\"") && !Catch::Contains("stroke=\"#222222\""));
  CHECK(right > 130.0);
  CHECK(right < 200.0);
}
