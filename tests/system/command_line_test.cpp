#include <array>
#include <catch2/catch.hpp>
#include <filesystem>

#include "sim/cli/command_line.hpp"
#include "tests/support/no_more_threads.hpp"
#include "tests/support/workplace.hpp"

namespace palimpsest {

using test::Workplace;

TEST_CASE("A run prints the table and writes the report") {
  const Workplace workplace;
  const test::CommandResult result = workplace.run_small({});
  CHECK(result.exit_code == 0);
  CHECK(result.errors.empty());
  CHECK_THAT(result.output, Catch::Contains("Phase learn") && Catch::Contains("RM rewrite") && Catch::Contains("GPU"));
  CHECK_THAT(test::file_content(workplace.path("report.json")), Catch::Contains("palimpsest.report"));
}

TEST_CASE("The option --quiet prints nothing, --json names the report") {
  const Workplace workplace;
  const test::CommandResult result = workplace.run_small({"--quiet", "--json", "other.json"});
  CHECK(result.exit_code == 0);
  CHECK(result.output.empty());
  CHECK(result.errors.empty());
  CHECK_THAT(test::file_content(workplace.path("other.json")), Catch::Contains("palimpsest.report"));
}

TEST_CASE("Help and version go to standard output") {
  const Workplace workplace;
  CHECK_THAT(workplace.run({"--help"}).output, Catch::Contains("palimpsest run --arch"));
  CHECK_THAT(workplace.run({"run", "--help"}).output, Catch::Contains("--seed"));
  CHECK_THAT(workplace.run({"--version"}).output, Catch::StartsWith("palimpsest "));
}

TEST_CASE("Usage errors are one line and exit code 2") {
  const Workplace workplace;
  workplace.check_error(workplace.run({}), 2, "expected a command");
  workplace.check_error(workplace.run({"walk"}), 2, "walk");
  workplace.check_error(workplace.run({"run", "--trace", "trace"}), 2, "--arch");
  workplace.check_error(workplace.run_small({"--colour"}), 2, "colour");
  workplace.check_error(workplace.run_small({"stray"}), 2, "stray");
  workplace.check_error(workplace.run_small({"--seed", "many"}), 2, "many");
  workplace.check_error(workplace.run_small({"--seed", "-1"}), 2, "-1");
  workplace.check_error(workplace.run_small({"--threads", "0"}), 2, "--threads");
  workplace.check_error(workplace.run_small({"--age", "30"}), 2, "--age: expected a time in 0s..1000y, like 30d");
  workplace.check_error(workplace.run_small({"--set", "tile"}), 2, "tile");
}

TEST_CASE("Errors of the architecture name file, place and expectation") {
  const Workplace workplace;
  workplace.check_error(workplace.run({"run", "--arch", "none.json", "--trace", "trace"}), 2, "none.json");
  workplace.check_error(workplace.run({"run", "--arch", "report.json", "--trace", "trace"}), 2, "report.json");
  workplace.check_error(workplace.run_small({"--set", "/tile/adc/bits=30"}), 2, "/tile/adc/bits=30: expected 2..22");
  workplace.check_error(workplace.run_small({"--set", "/tile/adc/bit=8"}), 2, "/tile/adc");
}

TEST_CASE("A network that does not fit says how many tiles it needs and how many there are") {
  const Workplace workplace;
  const test::CommandResult result = workplace.run({"run", "--arch", test::shipped("arch/rm180.json"), "--trace",
                                                    test::shipped("traces/face"), "--set", "/tile/count=4"});
  workplace.check_error(result, 2, "/tile/count: the network \"face\" needs 10 tiles, the chip has 4");
}

TEST_CASE("A fault map may speak of the chip's tiles alone, used or not") {
  const Workplace workplace;
  workplace.directory().write("trace/faults.csv", "tile,row,column,state\n9,0,0,low\n10,127,127,low\n");
  const auto run = [&](const std::string& tiles) {
    return workplace.run({"run", "--arch", test::shipped("arch/rm180.json"), "--trace", test::shipped("traces/face"),
                          "--quiet", "--json", "trace/report.json", "--set", "/tile/count=" + tiles, "--set",
                          "/resistive_memory/faults/map=" + workplace.path("trace/faults.csv")});
  };
  workplace.check_error(run("auto"), 2, "faults.csv:3: expected a tile in 0..9, got 10");
  CHECK(run("11").exit_code == 0);
}

TEST_CASE("An SRAM buffer that is too small says how much is needed") {
  const Workplace workplace;
  workplace.check_error(
      workplace.run({"run", "--arch", test::shipped("arch/rm180.json"), "--trace", test::shipped("traces/face"),
                     "--set", "/sram/bank_kib=4", "--set", "/off_chip=none"}),
      2, "/sram: ");
}

TEST_CASE("Errors of the trace are exit code 3") {
  const Workplace workplace;
  workplace.check_error(workplace.run({"run", "--arch", test::shipped("arch/rm180.json"), "--trace", "none"}), 3,
                        "none");
  workplace.directory().write("trace/tensors.safetensors", "short");
  workplace.check_error(workplace.run_small({}), 3, "tensors.safetensors");
  workplace.directory().write("trace/trace.json", "{\"schema\": ");
  workplace.check_error(workplace.run_small({}), 3, "trace.json");
}

TEST_CASE("A full disk is one line and exit code 1") {
  const Workplace workplace;
  workplace.check_error(workplace.run_small({"--json", "/dev/full"}), 1, "/dev/full: cannot be written: No space left");
}

TEST_CASE("Report and picture are written both or not at all") {
  const Workplace workplace;
  const std::string picture = workplace.path("trace/picture.svg");
  workplace.directory().write("trace/picture.svg", "an older picture\n");
  workplace.check_error(workplace.run_small({"--svg", picture, "--json", "missing/report.json"}), 1,
                        "missing/report.json");
  CHECK(test::file_content(picture) == "an older picture\n");
  CHECK(workplace.run_small({"--svg", picture, "--json", "trace/report.json"}).exit_code == 0);
  CHECK_THAT(test::file_content(picture), Catch::StartsWith("<svg"));
  workplace.check_error(workplace.run_small({"--svg", "same", "--json", "same"}), 2,
                        "--svg same: expected another file than --json same");
}

TEST_CASE("No output of a run may be one of its inputs") {
  const Workplace workplace;
  std::filesystem::copy(test::shipped("arch"), workplace.path("trace/arch"), std::filesystem::copy_options::recursive);
  workplace.directory().write("trace/arch/faults.csv", "tile,row,column,state\n");
  std::filesystem::create_symlink("arch/energy", workplace.path("trace/tables"));
  for (const std::string input :
       {"trace/arch/rm180.json", "trace/arch/energy/cmos180.json", "trace/arch/gpu/rtx4090.json",
        "trace/arch/faults.csv", "trace/trace.json", "trace/tensors.safetensors"}) {
    const std::string before = test::file_content(workplace.path(input));
    for (const std::string& name : {input, workplace.path("trace/tables/../../../" + input)}) {
      const auto command = [&](const std::vector<std::string>& outputs) {
        std::vector<std::string> arguments{"run",
                                           "--arch",
                                           "trace/arch/rm180.json",
                                           "--trace",
                                           "trace",
                                           "--set",
                                           "/resistive_memory/faults/map=faults.csv"};
        arguments.insert(arguments.end(), outputs.begin(), outputs.end());
        return workplace.run(arguments);
      };
      workplace.check_error(command({"--json", name}), 2,
                            "--json " + name + ": expected another file than the input " + input);
      workplace.check_error(command({"--svg", name}), 2,
                            "--svg " + name + ": expected another file than the input " + input);
    }
    CHECK(test::file_content(workplace.path(input)) == before);
  }
}

TEST_CASE("No output of a study may be one of its inputs") {
  const Workplace workplace;
  std::filesystem::copy(test::shipped("arch/rm180.json"), workplace.path("trace/chip.json"));
  const auto refused = [&](std::vector<std::string> arguments, const std::string& input) {
    arguments.insert(arguments.end(), {"--trace", "trace", "--svg", "./" + input});
    workplace.check_error(workplace.run(arguments), 2, "expected another file than the input " + input);
  };
  refused({"noise"}, "trace/trace.json");
  refused({"nonidealities", "--arch", test::shipped("arch/rm180.json")}, "trace/tensors.safetensors");
  const std::string chip = test::shipped("arch/rm180.json");
  const std::string before = test::file_content(chip);
  workplace.check_error(workplace.run({"program", "--arch", chip, "--cells", "2", "--json", chip}), 2,
                        "--json " + chip + ": expected another file than the input " + chip);
  CHECK(test::file_content(chip) == before);
}

TEST_CASE("An output that cannot be made is found before the work") {
  // The chip has too few tiles, which shows when the work begins.
  const Workplace workplace;
  const std::vector<std::string> impossible{"--arch",  test::shipped("arch/rm180.json"),
                                            "--trace", "trace",
                                            "--set",   "/tile/count=1",
                                            "--json",  "missing/report.json"};
  for (const char* command : {"run", "nonidealities"}) {
    std::vector<std::string> arguments{command};
    arguments.insert(arguments.end(), impossible.begin(), impossible.end());
    workplace.check_error(workplace.run(arguments), 1, "missing/report.json: cannot be written: No such file");
  }
}

TEST_CASE("Standard output that is a file takes the report and then the table") {
  const Workplace workplace;
  const test::CommandResult result = workplace.run_small({"--json", "/dev/stdout"});
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.output, Catch::StartsWith("{") && Catch::Contains("palimpsest.report") &&
                                Catch::Contains("}\nPalimpsest") && Catch::Contains("Phase learn"));
}

TEST_CASE("A message is one line of bounded length, whatever stands in names and values") {
  const Workplace workplace;
  const auto check = [&](const std::vector<std::string>& more, int code, const std::string& text) {
    const test::CommandResult result = workplace.run_small(more);
    workplace.check_error(result, code, text);
    CHECK(result.errors.size() < 1100);
  };
  check({"--json", "missing\n\x1b/report.json"}, 1, "missing\\n\\x1b/report.json: cannot be written: No such file");
  check({"--set", "/name=\n" + std::string(100'000, 'x')}, 2, "palimpsest: --set /name=\\nxxx");
  check({"--colour" + std::string(100'000, 'x')}, 2, "unrecognised option '--colourxxx");
  check({"--seed", std::string(100'000, '1')}, 2, "--seed: expected");
}

TEST_CASE("A run to which the system gives no thread writes the report that any run writes") {
  const Workplace workplace;
  REQUIRE(workplace.run_small({"--threads", "4", "--json", "expected.json"}).exit_code == 0);
  const std::string chip = test::shipped("arch/rm180.json");
  const std::string trace = workplace.path("trace");
  const std::string report = workplace.path("report.json");
  const std::array arguments{"palimpsest", "run", "--arch", chip.c_str(),   "--trace", trace.c_str(),
                             "--threads",  "4",   "--json", report.c_str(), "--quiet"};
  const test::NoMoreThreads none;
  REQUIRE(command_line(static_cast<int>(arguments.size()), arguments.data()) == 0);
  const auto figures = [](const std::string& file) {
    return nlohmann::json::parse(test::file_content(file)).at("phases");
  };
  CHECK(figures(report) == figures(workplace.path("expected.json")));
}

TEST_CASE("More training than can be counted is an error of the trace") {
  const Workplace workplace;
  test::TraceFiles trace = test::small_trace();
  trace.json["phases"][0]["hybrid"]["training"][0]["steps"] = 1'000'000'000;
  trace.json["phases"][0]["hybrid"]["training"][0]["batch_size"] = 4000;
  trace.write(workplace.path("trace"));
  workplace.check_error(workplace.run_small({"--set", "/host_port/cycles_per_word=1000000"}), 3,
                        "trace/trace.json: training: 1000000000 steps of ");
}

TEST_CASE("A report that cannot be made leaves nothing behind") {
  const Workplace workplace;
  workplace.check_error(workplace.run_small({"--json", "missing/report.json"}), 1,
                        "missing/report.json: cannot be written");
  workplace.check_error(workplace.run_small({"--json", "trace"}), 1, "trace: cannot be written");
}

}  // namespace palimpsest
