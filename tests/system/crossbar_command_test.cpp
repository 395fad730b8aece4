#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/command.hpp"
#include "tests/support/number_table.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palimpsest {
namespace {

/// A directory with an array of two rows and three columns, and its voltages.
class Workplace {
 public:
  Workplace() {
    directory_.write("g.csv", "1e-5,2e-5,0\n4e-5,8e-5,3e-5\n");
    directory_.write("v.csv", "0.2\n-0.1\n");
  }

  const test::TemporaryDirectory& directory() const { return directory_; }

  test::CommandResult run(const std::vector<std::string>& more, const std::string& conductances = "g.csv",
                          const std::string& voltages = "v.csv") const {
    std::vector<std::string> arguments{"crossbar", "--conductance", conductances, "--voltage", voltages};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::run_palimpsest(arguments, directory_.path());
  }

  /// The currents that a run prints, read back.
  Eigen::MatrixXd currents(const std::vector<std::string>& more, const std::string& conductances = "g.csv",
                           const std::string& voltages = "v.csv") const {
    const test::CommandResult result = run(more, conductances, voltages);
    CHECK(result.errors.empty());
    REQUIRE(result.exit_code == 0);
    CHECK_THAT(result.output, Catch::StartsWith("column,i_ideal_A,i_irdrop_A\n0,"));
    return test::number_table(directory_.write("printed.csv", result.output), 1);
  }

  /// The whole of one line on stderr behind the program's name, nothing on stdout, exit code `code`.
  static void check_error(const test::CommandResult& result, const std::string& text, int code = 2) {
    CHECK(result.errors == "palimpsest: " + text + "\n");
    CHECK(result.output.empty());
    CHECK(result.exit_code == code);
  }

  /// The complaint about a file of conductances that holds `content`.
  void check_conductances(const std::string& content, const std::string& text) const {
    directory_.write("bad.csv", content);
    check_error(run({"--segment-resistance", "1"}, "bad.csv"), text);
  }

  void check_voltages(const std::string& content, const std::string& text) const {
    directory_.write("bad.csv", content);
    check_error(run({"--segment-resistance", "1"}, "g.csv", "bad.csv"), text);
  }

 private:
  test::TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("The binary gives the independent references") {
  const std::string name = GENERATE("n8_r2.5_full", "n32_r2.5_full");
  const Workplace workplace;
  const auto reference = [&name](const std::string& quantity) {
    return test::shipped("tests/support/irdrop/" + quantity + "_" + name + ".csv");
  };
  const Eigen::MatrixXd expected = test::number_table(reference("current"), 1);
  const Eigen::MatrixXd currents =
      workplace.currents({"--segment-resistance", "2.5"}, reference("conductance"), reference("voltage"));
  REQUIRE(currents.rows() == expected.rows());
  REQUIRE(currents.cols() == 3);
  CHECK(currents.col(0) == expected.col(0));
  CHECK((currents.rightCols(2).array() / expected.rightCols(2).array() - 1.0).abs().maxCoeff() < 1e-9);
  const Eigen::MatrixXd first_order = workplace.currents({"--segment-resistance", "2.5", "--model", "first_order"},
                                                         reference("conductance"), reference("voltage"));
  const double error = (first_order.col(2).array() / expected.col(2).array() - 1.0).abs().maxCoeff();
  CHECK(error > 1e-9);
  CHECK(error < 1e-3);
}

TEST_CASE("Every resistance of a crossbar has its option") {
  const Workplace workplace;
  workplace.directory().write("one.csv", "5e-5\r\n");
  workplace.directory().write("volt.csv", "0.2");
  const auto check = [&](const std::vector<std::string>& options, double ideal_ohm, double ohm) {
    const Eigen::MatrixXd currents = workplace.currents(options, "one.csv", "volt.csv");
    CHECK(currents(0, 1) == Approx(0.2 / ideal_ohm).epsilon(1e-14));
    CHECK(currents(0, 2) == Approx(0.2 / ohm).epsilon(1e-14));
  };
  check({"--segment-resistance", "0"}, 20e3, 20e3);
  check({"--segment-resistance", "2.5"}, 20e3, 20e3 + 2 * 2.5);
  check({"--segment-resistance", "0", "--driver-resistance", "100"}, 20e3, 20e3 + 100);
  check({"--segment-resistance", "0", "--sense-resistance", "40"}, 20e3, 20e3 + 40);
  check({"--segment-resistance", "0", "--access-resistance", "364"}, 20e3 + 364, 20e3 + 364);
}

TEST_CASE("Currents go to standard output or to a file") {
  const Workplace workplace;
  const test::CommandResult printed = workplace.run({"--segment-resistance", "1"});
  const test::CommandResult written = workplace.run({"--segment-resistance", "1", "--output", "currents.csv"});
  CHECK(std::count(printed.output.begin(), printed.output.end(), '\n') == 4);
  CHECK(written.exit_code == 0);
  CHECK(written.output.empty());
  CHECK(test::file_content(workplace.directory().path() / "currents.csv") == printed.output);
  workplace.check_error(workplace.run({"--segment-resistance", "1", "--output", "/dev/full"}),
                        "/dev/full: cannot be written: No space left on device", 1);
}

TEST_CASE("Currents may not take the place of an input") {
  const Workplace workplace;
  for (const std::string input : {"g.csv", "v.csv"}) {
    const std::string before = test::file_content(workplace.directory().path() / input);
    workplace.check_error(workplace.run({"--segment-resistance", "1", "--output", "./" + input}),
                          "--output ./" + input + ": expected another file than the input " + input);
    CHECK(test::file_content(workplace.directory().path() / input) == before);
  }
}

TEST_CASE("Files of conductances that cannot be used are refused") {
  const Workplace workplace;
  workplace.check_conductances("1e-5,2e-5\n3e-5\n", "bad.csv:2: expected 2 fields as in line 1, got 1");
  workplace.check_conductances("1e-5,\n3e-5,1e-5\n", "bad.csv:1: expected a value in field 2, got nothing");
  workplace.check_conductances("1e-5\n-3e-5\n", "bad.csv:2: expected a number in 0..1 in field 1, got -3e-5");
  workplace.check_conductances("1e-5\nnan\n", "bad.csv:2: expected a number in 0..1 in field 1, got nan");
  workplace.check_conductances("inf\n1e-5\n", "bad.csv:1: expected a number in 0..1 in field 1, got inf");
  workplace.check_conductances("g\n1e-5\n", "bad.csv:1: expected a number in 0..1 in field 1, got g");
  workplace.check_conductances("45\n45\n", "bad.csv:1: expected a number in 0..1 in field 1, got 45");
  workplace.check_conductances("", "bad.csv: the file is empty");
  std::string rows;
  for (int row = 0; row < 4097; ++row) rows += "0\n";
  workplace.check_conductances(rows, "bad.csv:4097: expected at most 4096 rows, got 4097");
  std::replace(rows.begin(), rows.end() - 1, '\n', ',');
  workplace.check_conductances(rows, "bad.csv:1: expected at most 4096 columns, got 4097");
  workplace.check_error(workplace.run({"--segment-resistance", "1"}, "none.csv"), "none.csv: no such file");
}

TEST_CASE("Files of voltages that do not fit are refused") {
  const Workplace workplace;
  workplace.check_voltages("0.2\n", "bad.csv:1: expected 2 voltages, one for each row of g.csv, got 1");
  workplace.check_voltages("0.2\n0.1\n0.3\n", "bad.csv:3: expected 2 voltages, one for each row of g.csv, got 3");
  workplace.check_voltages("0.2,0.1\n", "bad.csv:1: expected one voltage per line, got 2");
  workplace.check_voltages("0.2\n1e4\n", "bad.csv:2: expected a number in -1000..1000 in field 1, got 1e4");
  workplace.check_error(workplace.run({"--segment-resistance", "1"}, "g.csv", "none.csv"), "none.csv: no such file");
}

TEST_CASE("Options of crossbar that cannot be used are refused") {
  const Workplace workplace;
  workplace.check_error(workplace.run({}), "the option '--segment-resistance' is required but missing");
  workplace.check_error(test::run_palimpsest({"crossbar", "--voltage", "v.csv", "--segment-resistance", "1"},
                                             workplace.directory().path()),
                        "the option '--conductance' is required but missing");
  workplace.check_error(test::run_palimpsest({"crossbar", "--conductance", "g.csv", "--segment-resistance", "1"},
                                             workplace.directory().path()),
                        "the option '--voltage' is required but missing");
  for (const std::string option :
       {"--segment-resistance", "--driver-resistance", "--sense-resistance", "--access-resistance"}) {
    std::vector<std::string> options{option, "2,5"};
    if (option != "--segment-resistance") options.insert(options.end(), {"--segment-resistance", "1"});
    workplace.check_error(workplace.run(options), option + ": expected a number in 0..1e+09, got 2,5");
  }
  workplace.check_error(workplace.run({"--segment-resistance=-1"}),
                        "--segment-resistance: expected a number in 0..1e+09, got -1");
  workplace.check_error(workplace.run({"--segment-resistance", "1", "--model", "off"}),
                        "--model: expected exact or first_order, got off");
  workplace.check_error(workplace.run({"--segment-resistance", "1", "stray"}),
                        "stray: expected an option (palimpsest crossbar --help)");
  CHECK_THAT(workplace.run({"--help"}).output, Catch::Contains("--access-resistance"));
}

}  // namespace palimpsest
