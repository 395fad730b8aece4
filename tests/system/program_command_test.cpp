#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/support/workplace.hpp"

namespace palimpsest {
namespace {

using nlohmann::json;

class ProgramWorkplace : public test::Workplace {
 public:
  ProgramWorkplace() : Workplace("program.json") {}

  /// `palimpsest program` on the shipped chip with few cells, with more arguments.
  test::CommandResult program(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"program", "--arch", test::shipped("arch/rm180.json"), "--cells", "200"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }

  json report(const std::vector<std::string>& more = {}) const {
    REQUIRE(program(more).exit_code == 0);
    return json::parse(test::file_content(path("program.json")));
  }
};

void check_described(const json& object, const std::string& prefix, const json& statistics) {
  for (const auto& [name, value] : object.items()) {
    INFO(prefix << name);
    if (name == "name") continue;
    REQUIRE(statistics.contains(prefix + name));
    CHECK_FALSE(statistics.at(prefix + name).at("unit").get<std::string>().empty());
    CHECK_FALSE(statistics.at(prefix + name).at("meaning").get<std::string>().empty());
  }
}

}  // namespace

TEST_CASE("A programming study prints its tables and writes its report") {
  const ProgramWorkplace workplace;
  const test::CommandResult result = workplace.program({"--tolerances", "1,4"});
  CHECK(result.exit_code == 0);
  CHECK(result.errors.empty());
  CHECK_THAT(result.output, Catch::Contains("mean cycles") && Catch::Contains("cell 4") && Catch::Contains("CL") &&
                                Catch::Contains("failed"));
  const json report = json::parse(test::file_content(workplace.path("program.json")));
  CHECK(report.at("schema") == "palimpsest.programming");
  CHECK(report.at("version") == 3);
  CHECK(report.at("architecture") == "rm180");
  CHECK(report.at("seed") == 1);
  CHECK(report.at("tolerance_us") == 2.0);
}

TEST_CASE("The curve has the tolerances asked for, each once and rising, and cycles that fall") {
  const ProgramWorkplace workplace;
  const json curve = workplace.report({"--tolerances", "8,1,2,1,0.5"}).at("curve");
  REQUIRE(curve.size() == 4);
  double before = HUGE_VAL;
  for (std::size_t point = 0; point < 4; ++point) {
    CHECK(curve[point].at("tolerance_us") == std::vector<double>{0.5, 1.0, 2.0, 8.0}[point]);
    CHECK(curve[point].at("cells") == 200);
    CHECK(curve[point].at("mean_cycles") < before);
    CHECK(curve[point].at("std_cycles") > 0.0);
    CHECK(curve[point].at("mean_energy_j") > 0.0);
    before = curve[point].at("mean_cycles");
  }
}

TEST_CASE("A cell whose pulses are each verified by one read takes time evenly with its cycles") {
  const ProgramWorkplace workplace;
  const json curve =
      workplace.report({"--tolerances", "0.5,1,2,8", "--set", "/programmer/verify_deviations=0"}).at("curve");
  const auto slope = [&](std::size_t from, std::size_t to) {
    return (curve[from].at("mean_seconds").get<double>() - curve[to].at("mean_seconds").get<double>()) /
           (curve[from].at("mean_cycles").get<double>() - curve[to].at("mean_cycles").get<double>());
  };
  CHECK(slope(0, 1) > 100e-9);
  CHECK(slope(1, 2) == Approx(slope(0, 1)).epsilon(1e-9));
  CHECK(slope(2, 3) == Approx(slope(0, 1)).epsilon(1e-9));
}

TEST_CASE("The shipped chip takes the paper's cycles: about 50 below 1 uS, tens at 2 uS") {
  const ProgramWorkplace workplace;
  REQUIRE(workplace.run({"program", "--arch", test::shipped("arch/rm180.json"), "--tolerances", "1,2"}).exit_code == 0);
  const json curve = json::parse(test::file_content(workplace.path("program.json"))).at("curve");
  CHECK(curve[0].at("mean_cycles") > 45.0);
  CHECK(curve[0].at("mean_cycles") < 55.0);
  CHECK(curve[1].at("mean_cycles") > 20.0);
  CHECK(curve[1].at("mean_cycles") < 50.0);
  CHECK(curve[0].at("failed") == 0);
}

TEST_CASE("Single shots of a gate-controlled cell are told level by level, those of others are none") {
  const ProgramWorkplace workplace;
  const json report = workplace.report();
  CHECK(report.at("resistive_memory") == "gate");
  CHECK(report.at("retention") == "cmo");
  const json& shots = report.at("single_shots");
  REQUIRE(shots.at("levels").size() == 129);
  check_described(shots.at("levels")[0], "single_shots.levels.", report.at("statistics"));
  double squares = 0.0;
  double before = 0.0;
  for (const json& level : shots.at("levels")) {
    CHECK(level.at("gate_volt") > before);
    before = level.at("gate_volt");
    squares += level.at("std_us").get<double>();
  }
  CHECK(shots.at("landing_deviation_us") == Approx(squares / 129.0));
  CHECK(shots.at("r_squared") > 0.999);
  CHECK_THAT(workplace.program({}).output, Catch::Contains("Straight line: ") && Catch::Contains("0.80 V"));
  const json jumping = workplace.report({"--set", "/resistive_memory=cells/jumping.json"});
  CHECK(jumping.at("resistive_memory") == "jumping");
  CHECK(jumping.at("single_shots").is_null());
}

TEST_CASE("Single cells are shown pulse by pulse, from the fresh cell to their target") {
  const ProgramWorkplace workplace;
  const json trajectories = workplace.report({"--set", "/resistive_memory/read_noise=0"}).at("trajectories");
  REQUIRE(trajectories.size() == 4);
  const std::vector<double> targets{18.75, 36.25, 53.75, 71.25};
  for (std::size_t cell = 0; cell < 4; ++cell) {
    const json& path = trajectories[cell];
    CHECK(path.at("target_us") == targets[cell]);
    CHECK(path.at("start_us") == 10.0);
    CHECK(path.at("converged") == true);
    double conductance = 10.0;
    for (const json& pulse : path.at("pulses")) {
      CHECK(pulse.at("direction") == (conductance < targets[cell] ? "set" : "reset"));
      CHECK(pulse.at("volt") == 1.5);
      CHECK(pulse.at("gate_volt").is_number() == (pulse.at("direction") == "set"));
      conductance = pulse.at("conductance_us");
    }
    CHECK(std::abs(conductance - targets[cell]) <= 2.0001);
  }
}

TEST_CASE("The letters are written within the tolerance, and error and counts belong to them") {
  const ProgramWorkplace workplace;
  // Without noise, that of rounding included, a verify is one read and sees what the cell holds.
  const json maps = workplace
                        .report({"--set", "/resistive_memory/read_noise=0", "--set", "/tile/tia/noise_volt=0", "--set",
                                 "/tile/adc/noise_volt=0", "--set", "/tile/adc/bits=22"})
                        .at("maps");
  REQUIRE(maps.size() == 2);
  CHECK(maps[0].at("name") == "UL");
  CHECK(maps[1].at("name") == "CL");
  for (const json& map : maps) {
    REQUIRE(map.at("target_us").size() == 32);
    double squares = 0.0;
    double largest = 0.0;
    for (std::size_t row = 0; row < 32; ++row) {
      for (std::size_t column = 0; column < 32; ++column) {
        const double target = map.at("target_us")[row][column];
        const double error = map.at("error_us")[row][column];
        CHECK((target == 20.0 || target == 70.0));
        CHECK(map.at("programmed_us")[row][column].get<double>() == Approx(target + error).margin(2e-4));
        squares += error * error;
        largest = std::max(largest, std::abs(error));
      }
    }
    CHECK(largest <= 2.0001);
    CHECK(map.at("largest_error_us") == Approx(largest).margin(1e-4));
    CHECK(map.at("rms_error_us") == Approx(std::sqrt(squares / 1024.0)).margin(1e-4));
    CHECK(map.at("failed") == 0);
    CHECK(map.at("cells") == 1024);
    CHECK(map.at("verify_reads").get<int>() ==
          map.at("set_pulses").get<int>() + map.at("reset_pulses").get<int>() + 1024);
    CHECK(map.at("energy_j") > 0.0);
    // 64 groups of 16 cells, each as long as its slowest cell and never shorter than the pulses it took.
    CHECK(map.at("seconds").get<double>() >
          100e-9 * (map.at("set_pulses").get<double>() + map.at("reset_pulses").get<double>()) / 16.0);
  }
}

TEST_CASE("Cells given up are counted in the curve, the single cells and the letters") {
  const ProgramWorkplace workplace;
  const json report =
      workplace.report({"--set", "/programmer/maximum_cycles=2", "--set", "/programmer/tolerance_microsiemens=0.01",
                        "--set", "/programmer/verify_deviations=0"});
  CHECK(report.at("curve")[0].at("failed") > 100);
  CHECK(report.at("trajectories")[1].at("converged") == false);
  CHECK(report.at("maps")[0].at("failed") > 900);
}

TEST_CASE("Stuck cells show in the letters, not in the curve nor in the single cells") {
  const ProgramWorkplace workplace;
  const json sound = workplace.report();
  const json report = workplace.report({"--set", "/resistive_memory/faults/stuck_high_share=0.05"});
  CHECK(report.at("curve") == sound.at("curve"));
  CHECK(report.at("trajectories") == sound.at("trajectories"));
  for (const json& map : report.at("maps")) {
    int stuck = 0;
    for (const json& row : map.at("programmed_us")) {
      stuck += static_cast<int>(std::count_if(row.begin(), row.end(), [](double value) { return value > 85.0; }));
    }
    CHECK(stuck > 1024 / 40);
    CHECK(stuck < 1024 / 10);
    CHECK(map.at("failed") == stuck);
  }
}

TEST_CASE("A map of faults names tiles of the chip, and the letters are none of them") {
  const ProgramWorkplace workplace;
  const json sound = workplace.report().at("maps");
  workplace.directory().write("trace/faults.csv", "tile,row,column,state\n1,0,0,high\n2,5,7,low\n");
  const std::string map = "/resistive_memory/faults/map=\"" + workplace.path("trace/faults.csv") + "\"";
  CHECK(workplace.report({"--set", map}).at("maps") == sound);
}

TEST_CASE("Stepped pulses rise in the report's single cells") {
  const ProgramWorkplace workplace;
  const json report =
      workplace.report({"--set", "/resistive_memory=cells/jumping.json", "--set",
                        "/resistive_memory/pulses/schedule=stepped", "--set", "/resistive_memory/pulses/set_volt=1"});
  const json& pulses = report.at("trajectories")[3].at("pulses");
  REQUIRE(pulses.size() >= 2);
  CHECK(pulses[0].at("volt") == 1.0);
  CHECK(pulses[1].at("direction") == "set");
  CHECK(pulses[1].at("volt") == 1.05);
}

TEST_CASE("Every figure of the study is described with unit and meaning") {
  const ProgramWorkplace workplace;
  const json report = workplace.report();
  const json& statistics = report.at("statistics");
  check_described(report.at("curve")[0], "curve.", statistics);
  check_described(report.at("trajectories")[1], "trajectories.", statistics);
  check_described(report.at("trajectories")[1].at("pulses")[0], "trajectories.pulses.", statistics);
  check_described(report.at("maps")[0], "maps.", statistics);
}

TEST_CASE("A study of one seed is the same bytes for any number of threads, of another seed it is another") {
  const ProgramWorkplace workplace;
  const auto files = [&](const std::string& threads, const std::string& seed) {
    CHECK(workplace.program({"--quiet", "--threads", threads, "--seed", seed, "--svg", "picture.svg"}).exit_code == 0);
    return test::file_content(workplace.path("program.json")) + test::file_content(workplace.path("picture.svg"));
  };
  const std::string once = files("1", "1");
  CHECK(files("1", "1") == once);
  CHECK(files("3", "1") == once);
  CHECK(files("1", "2") != once);
}

TEST_CASE("The picture of a study shows the curve, the single cells and the letters") {
  const ProgramWorkplace workplace;
  const test::CommandResult result = workplace.program({"--quiet", "--svg", "picture.svg", "--tolerances", "1"});
  CHECK(result.exit_code == 0);
  CHECK(result.output.empty());
  std::string picture = test::file_content(workplace.path("picture.svg"));
  picture.erase(picture.find("<metadata>"), picture.find("</metadata>") - picture.find("<metadata>"));
  CHECK_THAT(picture, Catch::StartsWith("<svg") && Catch::Contains("tolerated error (uS)") &&
                          Catch::Contains("To 71.25 uS") && Catch::Contains("UL, programmed (uS)") &&
                          Catch::Contains("CL, target (uS)") && Catch::Contains("gate voltage (V)") &&
                          !Catch::Contains("nan") && !Catch::Contains("inf"));
}

TEST_CASE("The picture in the documentation is the one that its command draws") {
  const test::TemporaryDirectory directory;
  const std::string picture = directory.path() / "picture.svg";
  const test::CommandResult result = test::run_palimpsest({"program", "--arch", "arch/rm180.json", "--quiet", "--json",
                                                           directory.path() / "program.json", "--svg", picture},
                                                          test::shipped("."));
  CHECK(result.exit_code == 0);
  CHECK(test::file_content(picture) == test::file_content(test::shipped("docs/programming.svg")));
}

TEST_CASE("Errors of a study are one line with the right exit code, and older files stay") {
  const ProgramWorkplace workplace;
  workplace.check_error(workplace.run({"program"}), 2, "--arch");
  workplace.check_error(workplace.program({"stray"}), 2, "stray");
  const std::string chip = test::shipped("arch/rm180.json");
  workplace.check_error(workplace.run({"program", "--arch", chip, "--cells", "0"}), 2,
                        "--cells: expected 1..1000000, got 0");
  workplace.check_error(workplace.run({"program", "--arch", chip, "--cells", "1000001"}), 2, "--cells");
  workplace.check_error(workplace.program({"--tolerances", "1,,2"}), 2, "--tolerances: expected a number");
  workplace.check_error(workplace.program({"--tolerances", ""}), 2, "--tolerances: expected a value");
  workplace.check_error(workplace.program({"--tolerances", "1,0"}), 2,
                        "--tolerances: expected a number in 0.001..10000");
  workplace.check_error(workplace.program({"--seed", "x"}), 2, "--seed");
  workplace.check_error(workplace.program({"--threads", "0"}), 2, "--threads");
  workplace.check_error(workplace.program({"--json", "same", "--svg", "same"}), 2,
                        "--svg same: expected another file than --json same");
  workplace.check_error(workplace.program({"--set", "/resistive_memory/pulses/schedule=up"}), 2,
                        "expected gate_stepped");
  workplace.check_error(workplace.program({"--tolerances", "0.05,1"}), 2,
                        "--tolerances: expected a tolerance that 1000 averaged verify reads resolve");
  workplace.check_error(workplace.run({"program", "--arch", "none.json"}), 2, "none.json");
  workplace.check_error(workplace.program({"--svg", "missing/picture.svg"}), 1, "missing/picture.svg");
  workplace.check_error(workplace.program({"--json", "/dev/full"}), 1, "No space left");
}

}  // namespace palimpsest
