#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/workplace.hpp"

using namespace palimpsest::test;
using nlohmann::json;

namespace {

using Arguments = std::vector<std::string>;

Arguments joined(Arguments first, const Arguments& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

json read(const Workplace& workplace, const std::string& name) {
  return json::parse(file_content(workplace.path(name)));
}

void succeed(const Workplace& workplace, const Arguments& arguments) {
  const CommandResult result = workplace.run(joined(arguments, {"--quiet"}));
  CHECK(result.errors.empty());
  REQUIRE(result.exit_code == 0);
}

/// A copy of the shipped architectures and tables: a test may change them.
void copy_architectures(const Workplace& workplace) {
  std::filesystem::copy(shipped("arch"), workplace.path("arch"), std::filesystem::copy_options::recursive);
}

/// Replaces the first `old_text` of a file.
void change(const Workplace& workplace, const std::string& name, const std::string& old_text,
            const std::string& new_text) {
  std::string text = file_content(workplace.path(name));
  const std::size_t place = text.find(old_text);
  REQUIRE(place != std::string::npos);
  workplace.directory().write(name, text.replace(place, old_text.size(), new_text));
}

/// Text of an XML element as it was before it was put there.
std::string unescaped(std::string text) {
  for (const auto& [escape, character] : {std::pair{"&lt;", "<"}, std::pair{"&amp;", "&"}}) {
    for (std::size_t at = text.find(escape); at != std::string::npos; at = text.find(escape, at + 1))
      text.replace(at, std::string(escape).size(), character);
  }
  return text;
}

const Arguments run_small{"run", "--arch", "arch/rm180.json", "--trace", "trace"};

/// The commands that write a report, each with options that are not the defaults.
const std::vector<Arguments>& commands() {
  static const std::vector<Arguments> all{
      joined(run_small, {"--age", "1h", "--seed", "7", "--set", "/tile/adc/bits=7", "--set", "/name=it's\n<odd>"}),
      {"nonidealities", "--arch", "arch/rm180.json", "--trace", "trace", "--chips", "2", "--age", "30d"},
      {"noise", "--trace", "trace", "--sigma", "2,5", "--draws", "3", "--window", "10:90"},
      {"program", "--arch", "arch/rm180.json", "--cells", "3", "--tolerances", "4", "--set",
       "/resistive_memory=cells/jumping.json", "--set", "/resistive_memory/name=other"},
  };
  return all;
}

}  // namespace

TEST_CASE("A report is repeated byte for byte from itself, with its picture") {
  const Workplace workplace;
  copy_architectures(workplace);
  for (Arguments command : commands()) {
    INFO(command.front());
    // A name with a line break is refused; the override keeps the one in JSON.
    for (std::string& word : command)
      if (word == "/name=it's\n<odd>") word = "/name=\n\"it's <odd>\"";
    succeed(workplace, joined(command, {"--json", "first.json", "--svg", "first.svg"}));
    succeed(workplace, {command.front(), "--from", "first.json", "--json", "again.json", "--svg", "again.svg"});
    CHECK(file_content(workplace.path("again.json")) == file_content(workplace.path("first.json")));
    CHECK(file_content(workplace.path("again.svg")) == file_content(workplace.path("first.svg")));
  }
}

TEST_CASE("A report needs no file of its architecture to be repeated, and its trace unchanged") {
  const Workplace workplace;
  copy_architectures(workplace);
  succeed(workplace, joined(run_small, {"--json", "first.json"}));
  std::filesystem::remove_all(workplace.path("arch"));
  succeed(workplace, {"run", "--from", "first.json", "--json", "again.json"});
  CHECK(file_content(workplace.path("again.json")) == file_content(workplace.path("first.json")));

  change(workplace, "trace/trace.json", "{", "{ ");
  const CommandResult changed = workplace.run({"run", "--from", "first.json", "--json", "changed.json"});
  CHECK(changed.exit_code == 3);
  CHECK_THAT(changed.errors, Catch::Contains("trace/trace.json: expected the file that first.json was made from"));
  CHECK_FALSE(std::filesystem::exists(workplace.path("changed.json")));
  // The other file too, and a trace that is not where it was.
  change(workplace, "trace/trace.json", "{ ", "{");
  std::string tensors = file_content(workplace.path("trace/tensors.safetensors"));
  tensors.back() = static_cast<char>(tensors.back() ^ 1);
  workplace.directory().write("trace/tensors.safetensors", tensors);
  CHECK(workplace.run({"run", "--from", "first.json", "--json", "changed.json"}).exit_code == 3);
  std::filesystem::rename(workplace.path("trace"), workplace.path("moved"));
  const CommandResult moved = workplace.run({"run", "--from", "first.json", "--json", "changed.json"});
  CHECK(moved.exit_code == 3);
  CHECK_THAT(moved.errors, Catch::Contains("first.json: /provenance/trace/directory: trace/trace.json: no such file "
                                           "(--trace gives another place)"));
  write_small_trace(workplace.path("moved"));
  std::filesystem::rename(workplace.path("moved"), workplace.path("trace"));
  // A trace that is named is another trace.
  succeed(workplace, {"run", "--from", "first.json", "--trace", "trace", "--json", "changed.json"});
  CHECK(read(workplace, "changed.json").at("phases") == read(workplace, "first.json").at("phases"));
}

TEST_CASE("A map of faulty cells is read again and must be the same") {
  const Workplace workplace;
  copy_architectures(workplace);
  workplace.directory().write("arch/map.csv", "tile,row,column,state\n0,1,0,low\n");
  succeed(workplace, joined(run_small, {"--set", "/resistive_memory/faults/map=map.csv", "--json", "first.json"}));
  succeed(workplace, {"run", "--from", "first.json", "--json", "again.json"});
  CHECK(file_content(workplace.path("again.json")) == file_content(workplace.path("first.json")));
  workplace.directory().write("arch/map.csv", "tile,row,column,state\n0,1,0,high\n");
  const CommandResult changed = workplace.run({"run", "--from", "first.json"});
  CHECK(changed.exit_code == 2);
  CHECK_THAT(changed.errors, Catch::Contains("arch/map.csv: expected the file that first.json was made from"));
  // One that is named anew is another map.
  succeed(workplace, {"run", "--from", "first.json", "--set", "/resistive_memory/faults/map=map.csv"});
  CHECK(read(workplace, "report.json").at("provenance").at("architecture").at("overrides") ==
        json{"/resistive_memory/faults/map=map.csv"});
}

TEST_CASE("Options and overrides beside --from replace those of the report") {
  const Workplace workplace;
  copy_architectures(workplace);
  succeed(workplace, joined(run_small, {"--seed", "7", "--set", "/tile/adc/bits=7", "--set",
                                        "/resistive_memory=cells/jumping.json", "--json", "first.json"}));
  succeed(workplace,
          {"run", "--from", "first.json", "--seed", "8", "--set", "/tile/adc/bits=6", "--set",
           "/resistive_memory=cells/climbing.json", "--set", "/tile/dac/bits=5", "--age", "1h", "--json", "what.json"});
  succeed(workplace, joined(run_small, {"--seed", "8", "--age", "1h", "--set", "/tile/adc/bits=6", "--set",
                                        "/resistive_memory=cells/climbing.json", "--set", "/tile/dac/bits=5", "--json",
                                        "direct.json"}));
  CHECK(file_content(workplace.path("what.json")) == file_content(workplace.path("direct.json")));
}

TEST_CASE("Fields that were overridden stay so in a table that is replaced") {
  const Workplace workplace;
  copy_architectures(workplace);
  const Arguments field{"--set", "/resistive_memory/faults/stuck_low_share=0.25"};
  const Arguments table{"--set", "/resistive_memory=cells/jumping.json"};
  succeed(workplace, joined(joined(run_small, field), {"--json", "first.json"}));
  succeed(workplace, joined({"run", "--from", "first.json", "--json", "what.json"}, table));
  succeed(workplace, joined(joined(joined(run_small, field), table), {"--json", "direct.json"}));
  CHECK(file_content(workplace.path("what.json")) == file_content(workplace.path("direct.json")));
  const CommandResult undone = workplace.run({"run", "--from", "first.json", "--set", "/resistive_memory/faults={}"});
  CHECK(undone.exit_code == 2);
  CHECK_THAT(undone.errors, Catch::Contains("would undo --set /resistive_memory/faults/stuck_low_share=0.25"));
}

TEST_CASE("Tables are not looked up for --from where the architecture is not") {
  const Workplace workplace;
  copy_architectures(workplace);
  std::filesystem::rename(workplace.path("trace"), workplace.path("arch/trace"));
  const std::string trace = workplace.path("arch/trace");
  succeed(workplace, {"run", "--arch", "arch/rm180.json", "--trace", trace, "--json", "arch/first.json"});
  const CommandResult elsewhere = run_palimpsest(
      {"run", "--from", "first.json", "--set", "/resistive_memory=cells/jumping.json"}, workplace.path("arch"));
  CHECK(elsewhere.exit_code == 2);
  CHECK_THAT(elsewhere.errors, Catch::Contains("expected arch/rm180.json where it was then"));
}

TEST_CASE("A report is written whole where standard streams are closed") {
  const Workplace workplace;
  const std::string line = "cd '" + workplace.path(".") + "' && '" + PALIMPSEST_BINARY + "' run --arch '" +
                           shipped("arch/rm180.json") + "' --trace trace --svg a.svg <&- >&- 2>&-";
  CHECK(std::system(line.c_str()) == 0);
  CHECK_NOTHROW(read(workplace, "report.json"));
  CHECK_THAT(file_content(workplace.path("a.svg")), Catch::EndsWith("</svg>\n"));
}

TEST_CASE("The effective architecture is the file with its tables and the overrides in place") {
  const Workplace workplace;
  copy_architectures(workplace);
  succeed(workplace, joined(run_small, {"--set", "/tile/adc/bits=7", "--set", "/energy=energy/board.json", "--json",
                                        "first.json"}));
  const auto shipped_json = [](const std::string& name) { return json::parse(file_content(shipped("arch/" + name))); };
  json expected = shipped_json("rm180.json");
  expected["tile"]["adc"]["bits"] = 7;
  expected["energy"] = shipped_json("energy/board.json");
  expected["baselines"]["gpu"] = shipped_json("gpu/rtx4090.json");
  expected["resistive_memory"] = shipped_json("cells/gate.json");
  expected["resistive_memory"]["retention"] = shipped_json("retention/cmo.json");
  const json provenance = read(workplace, "first.json").at("provenance");
  CHECK(provenance.at("architecture").at("effective") == expected);
  CHECK(provenance.at("command") == "run");
  CHECK(
      provenance.at("options") ==
      json{{"seed", "1"}, {"age", "0s"}, {"stages", "training,deployment,inference"}, {"baselines", "rm_rewrite,gpu"}});
  CHECK(provenance.at("trace").at("directory") == "trace");
  CHECK(workplace.run({"--version"}).output == "palimpsest " + provenance.at("palimpsest").get<std::string>() + "\n");
}

TEST_CASE("A picture carries the provenance of its report and says what is not the default") {
  const Workplace workplace;
  copy_architectures(workplace);
  const std::vector<std::string> captions{
      R"(palimpsest run --arch arch/rm180.json --trace trace --seed 7 --age 1h --set /tile/adc/bits=7)",
      R"(palimpsest nonidealities --arch arch/rm180.json --trace trace --chips 2 --age 30d)",
      R"(palimpsest noise --trace trace --sigma 2,5 --draws 3 --window 10:90)",
      R"(palimpsest program --arch arch/rm180.json --cells 3 --tolerances 4 --set /resistive_memory=cells/jumping.json)",
  };
  for (std::size_t number = 0; number < commands().size(); ++number) {
    Arguments command = commands()[number];
    INFO(command.front());
    if (number == 0) command.resize(command.size() - 2);
    const CommandResult result = workplace.run(joined(command, {"--json", "first.json", "--svg", "first.svg"}));
    REQUIRE(result.exit_code == 0);
    CHECK_THAT(result.output, Catch::Contains("\nMade by " + captions[number]));
    std::string picture = file_content(workplace.path("first.svg"));
    const std::size_t begin = picture.find("<metadata>") + 10;
    const json metadata = json::parse(unescaped(picture.substr(begin, picture.find("</metadata>") - begin)));
    CHECK(metadata == read(workplace, "first.json").at("provenance"));
    // A long caption is broken at blanks into lines.
    picture.erase(0, picture.find("</metadata>"));
    std::string caption;
    for (std::size_t at = picture.find("preserve\">"); at != std::string::npos;
         at = picture.find("preserve\">", at + 1))
      caption += (caption.empty() ? "" : " ") + picture.substr(at + 10, picture.find("</text>", at) - at - 10);
    CHECK_THAT(caption, Catch::StartsWith(captions[number]));
  }
}

TEST_CASE("What cannot be repeated is refused in one line") {
  const Workplace workplace;
  const std::string chip = shipped("arch/rm180.json");
  REQUIRE(workplace.run_small({"--quiet", "--json", "trace/first.json"}).exit_code == 0);
  const auto refused = [&workplace](const Arguments& arguments, const std::string& text) {
    workplace.check_error(workplace.run(arguments), 2, text);
  };
  refused({"run", "--from", "trace/first.json", "--arch", chip}, "--arch: expected no architecture beside --from");
  refused({"run", "--from", ""}, "--from: expected the name of a file");
  refused({"run", "--from", "none.json"}, "none.json: no such file");
  refused({"run", "--from", "trace/first.json", "--json", "trace/first.json"},
          "--json trace/first.json: expected another file than the input trace/first.json");
  refused({"nonidealities", "--from", "trace/first.json"},
          "trace/first.json: /schema: expected palimpsest.nonidealities; got \"palimpsest.report\"");
  refused({"run", "--from", "trace/first.json", "--set", "/energy/node_nm=90"}, "an energy table is for one node");
  const std::string first = file_content(workplace.path("trace/first.json"));
  const auto refused_with = [&](const char* old_text, const char* new_text, const char* message) {
    change(workplace, "trace/first.json", old_text, new_text);
    refused({"run", "--from", "trace/first.json"}, message);
    workplace.directory().write("trace/first.json", first);
  };
  refused_with("\"command\": \"run\"", "\"command\": \"noise\"", "/provenance/command: expected run; got \"noise\"");
  refused_with("\"overrides\": []", "\"overrides\": [1]", "/overrides: expected an array of strings");
  refused_with("\"overrides\": []", "\"overrides\": null", "/overrides: expected an array of strings");
  refused_with("\"place\": \"tensors.safetensors\"", "\"place\": \"other\"",
               "/provenance/trace/files: expected the digest of tensors.safetensors");
  workplace.directory().write("trace/first.json", first + std::string("\0{", 2));
  refused({"run", "--from", "trace/first.json"}, "trace/first.json: expected text without zero bytes");
  workplace.directory().write("trace/first.json", first);
  change(workplace, "trace/first.json", "\"bits\": 8", "\"bits\": 99");
  refused({"run", "--from", "trace/first.json"},
          "trace/first.json: /provenance/architecture/effective: expected what the report was written with, SHA-256 ");
  change(workplace, "trace/first.json", "\"bits\": 99", "\"bits\": 8");
  refused({"run", "--from", "trace/first.json", "--set", "/tile/adc/bits=99"}, "--set /tile/adc/bits=99: expected");
  change(workplace, "trace/first.json", "\"age\": \"0s\"", "\"rage\": \"0s\"");
  refused({"run", "--from", "trace/first.json"},
          "trace/first.json: /provenance/options: palimpsest run has no option --rage");
  change(workplace, "trace/first.json", "\"version\": 4", "\"version\": 3");
  refused({"run", "--from", "trace/first.json"}, "trace/first.json: /version: expected 4, got 3");
}

TEST_CASE("Cycles that a fast clock raises are told in report, table and picture") {
  const Workplace workplace;
  const CommandResult result = workplace.run_small({"--set", "/clock_period_ps=1000", "--svg", "picture.svg"});
  REQUIRE(result.exit_code == 0);
  const json raised = read(workplace, "report.json").at("provenance").at("architecture").at("raised_cycles");
  CHECK(raised.at("/host_port/cycles_per_word") == 8);
  CHECK(raised.contains("/data_path/lanes_of_tile/step_cycles"));
  CHECK(raised.size() == 6);
  CHECK_THAT(result.output, Catch::Contains("Cycles raised to the energy table's delays: /sram/access_cycles to 3, "));
  CHECK_THAT(file_content(workplace.path("picture.svg")), Catch::Contains("raised to the energy table's delays"));
  CHECK(workplace.run_small({"--json", "slow.json"}).output.find("raised") == std::string::npos);
}

TEST_CASE("A report of another version of the tool is repeated with a warning") {
  const Workplace workplace;
  REQUIRE(workplace.run_small({"--quiet", "--json", "first.json"}).exit_code == 0);
  const json first = read(workplace, "first.json");
  const std::string version = first.at("provenance").at("palimpsest");
  change(workplace, "first.json", "\"palimpsest\": \"" + version, "\"palimpsest\": \"0.0.1");
  const CommandResult again = workplace.run({"run", "--from", "first.json", "--quiet"});
  CHECK(again.exit_code == 0);
  CHECK(again.errors ==
        "palimpsest: first.json was made by version 0.0.1, this is " + version + ": figures may differ\n");
  CHECK(read(workplace, "report.json").at("provenance").at("palimpsest") == version);
}

TEST_CASE("A copied architecture finds the shipped tables, and those beside it first") {
  const Workplace workplace;
  workplace.directory().write("mine.json", file_content(shipped("arch/rm180.json")));
  succeed(workplace, {"program", "--arch", "mine.json", "--cells", "2", "--tolerances", "4", "--json", "first.json"});
  CHECK(read(workplace, "first.json").at("provenance").at("architecture").at("effective").at("energy") ==
        json::parse(file_content(shipped("arch/energy/cmos180.json"))));

  json table = json::parse(file_content(shipped("arch/energy/cmos180.json")));
  table["name"] = "mine";
  workplace.directory().write("energy/cmos180.json", table.dump());
  succeed(workplace, {"program", "--arch", "mine.json", "--cells", "2", "--tolerances", "4", "--json", "first.json"});
  CHECK(read(workplace, "first.json").at("energy_table") == "mine");

  change(workplace, "mine.json", "gpu/rtx4090.json", "gpu/none.json");
  const CommandResult missing = workplace.run({"program", "--arch", "mine.json"});
  CHECK(missing.exit_code == 2);
  CHECK_THAT(missing.errors, Catch::Contains("mine.json: /baselines/gpu: gpu/none.json: no such file"));
}
