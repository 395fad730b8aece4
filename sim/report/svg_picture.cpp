#include "sim/report/svg_picture.hpp"

#include <array>
#include <cstdio>

namespace palimpsest {

namespace {

std::string number(double value) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.1f", value);
  return buffer.data();
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char character : text) {
    if (character == '&') {
      result += "&amp;";
    } else if (character == '<') {
      result += "&lt;";
    } else if (character == '>') {
      result += "&gt;";
    } else {
      result += character;
    }
  }
  return result;
}

std::string through(const std::vector<std::pair<double, double>>& points) {
  std::string data;
  for (const auto& [x, y] : points) data += (data.empty() ? "M" : "L") + number(x) + " " + number(y);
  return data;
}

}  // namespace

void SvgPicture::text(double x, double y, const std::string& words, const std::string& attributes) {
  body_ += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" " + attributes + ">" + escaped(words) + "</text>\n";
}

void SvgPicture::box(double x, double y, double width, double height, const std::string& colour) {
  body_ += "<rect x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(width) + "\" height=\"" +
           number(height) + "\" fill=\"" + colour + "\"/>\n";
}

void SvgPicture::circle(double x, double y, double radius, const std::string& colour) {
  body_ += "<circle cx=\"" + number(x) + "\" cy=\"" + number(y) + "\" r=\"" + number(radius) + "\" fill=\"" + colour +
           "\"/>\n";
}

void SvgPicture::path(const std::vector<std::pair<double, double>>& points, const std::string& attributes) {
  if (!points.empty()) body_ += "<path d=\"" + through(points) + "\" fill=\"none\" " + attributes + "/>\n";
}

void SvgPicture::area(const std::vector<std::pair<double, double>>& points, const std::string& attributes) {
  if (!points.empty()) body_ += "<path d=\"" + through(points) + "Z\" " + attributes + "/>\n";
}

void SvgPicture::boxes(const std::vector<std::pair<double, double>>& corners, double width, double height,
                       const std::string& colour) {
  if (corners.empty()) return;
  const std::string outline = "h" + number(width) + "v" + number(height) + "h" + number(-width) + "z";
  std::string data;
  for (const auto& [x, y] : corners) data += "M" + number(x) + " " + number(y) + outline;
  body_ += "<path d=\"" + data + "\" fill=\"" + colour + "\" shape-rendering=\"crispEdges\"/>\n";
}

void SvgPicture::metadata(const std::string& words) { body_ += "<metadata>" + escaped(words) + "</metadata>\n"; }

std::string SvgPicture::svg(double width, double height) const {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(width) + "\" height=\"" + number(height) +
         "\" viewBox=\"0 0 " + number(width) + " " + number(height) +
         "\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222222\">\n<rect width=\"100%\" height=\"100%\" "
         "fill=\"#ffffff\"/>\n" +
         body_ + "</svg>\n";
}

}  // namespace palimpsest
