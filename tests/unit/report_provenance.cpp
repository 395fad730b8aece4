#include <catch2/catch.hpp>
#include <string>

#include "sim/report/provenance_parts.hpp"

using namespace palimpsest;

namespace {

Provenance of_trace(const std::string& directory) {
  Provenance provenance;
  provenance.version = "1.2.3";
  provenance.command = "noise";
  provenance.trace = TraceSource{directory, {}};
  return provenance;
}

/// The lines under a picture, put together again.
std::string caption(const Provenance& provenance, double width) {
  const std::string svg = svg_with_provenance({}, width, 10.0, provenance);
  std::string words;
  const std::string key = "preserve\">";
  for (std::size_t at = svg.find(key); at != std::string::npos; at = svg.find(key, at + 1))
    words += svg.substr(at + key.size(), svg.find("</text>", at) - at - key.size());
  return words;
}

}  // namespace

TEST_CASE("A command is told in words of a shell") {
  CHECK(command_text(of_trace("traces/face")) == "palimpsest noise --trace traces/face");
  CHECK(command_text(of_trace("it's here")) == R"(palimpsest noise --trace 'it'\''s here')");
  CHECK(command_text(of_trace("")) == "palimpsest noise --trace ''");
}

TEST_CASE("Options that are the defaults are not told, overrides are") {
  Provenance provenance = of_trace("t");
  provenance.options = {{"seed", "1", true}, {"age", "1h", false}};
  provenance.architecture = ArchitectureSource{};
  provenance.architecture->file = "chip.json";
  provenance.architecture->overrides = {{"/a", "{\n1}"}};
  CHECK(changes_text(provenance) == R"(--age 1h --set '/a={\n1}')");
  CHECK(command_text(provenance) == R"(palimpsest noise --arch chip.json --trace t --age 1h --set '/a={\n1}')");
  provenance.seeds = {1, 2, 3};
  CHECK_THAT(command_text(provenance), Catch::Matchers::EndsWith(", seeds 1..3"));
  provenance.seeds = {1, 2};
  CHECK_THAT(command_text(provenance), Catch::Matchers::EndsWith(", seeds 1, 2"));
  provenance.seeds = {1, 3, 4};
  CHECK_THAT(command_text(provenance), Catch::Matchers::EndsWith(", seeds 1, 3, 4"));
}

TEST_CASE("A word that is longer than a line is cut between its characters, and nothing is lost") {
  std::string plain;
  std::string accented;
  for (int i = 0; i < 400; ++i) {
    plain += static_cast<char>('a' + i % 26);
    accented += i % 3 == 0 ? "x" : "\xc3\xa9";
  }
  CHECK(caption(of_trace(plain), 300.0).find("--trace" + plain + " (version") != std::string::npos);
  // In quotes, as letters beyond ASCII are.
  const std::string words = caption(of_trace(accented), 300.0);
  CHECK(words.find("'" + accented + "'") != std::string::npos);
  const std::string svg = svg_with_provenance({}, 300.0, 10.0, of_trace(accented));
  CHECK(svg.find("\xc3</text>") == std::string::npos);
}

TEST_CASE("What would end an element in XML is escaped") {
  const std::string svg = svg_with_provenance({}, 300.0, 10.0, of_trace("a]]>b<c&d"));
  CHECK(svg.find("]]>") == std::string::npos);
  CHECK_THAT(svg, Catch::Matchers::Contains("a]]&gt;b&lt;c&amp;d"));
}
