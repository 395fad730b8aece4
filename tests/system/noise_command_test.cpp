#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/workplace.hpp"

namespace palimpsest {
namespace {

using Json = nlohmann::json;

class NoiseWorkplace : public test::Workplace {
 public:
  NoiseWorkplace() : Workplace("noise.json") {}

  /// `palimpsest noise` on the small trace, with more arguments.
  test::CommandResult noise(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"noise", "--trace", "trace"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }

  /// The report that these arguments give.
  std::string report(std::vector<std::string> more) const {
    more.insert(more.end(), {"--json", "trace/made.json", "--quiet"});
    const test::CommandResult result = noise(more);
    REQUIRE(result.exit_code == 0);
    CHECK(result.errors.empty());
    CHECK(result.output.empty());
    return test::file_content(path("trace/made.json"));
  }
};

}  // namespace

TEST_CASE("A noise study prints the table and writes report and picture") {
  const NoiseWorkplace workplace;
  const test::CommandResult result = workplace.noise({"--draws", "3", "--svg", "noise.svg"});
  CHECK(result.exit_code == 0);
  CHECK(result.errors.empty());
  CHECK_THAT(result.output, Catch::Contains("Phase unlearn") && Catch::Contains("10 uS") &&
                                Catch::Contains("3 draws at each sigma") && Catch::EndsWith("noise.json.\n"));
  const Json report = Json::parse(test::file_content(workplace.path("noise.json")));
  CHECK(report.at("schema") == "palimpsest.noise");
  CHECK(report.at("version") == 3);
  CHECK(report.at("phases").at(1).at("hybrid").at("noise").size() == 10);
  CHECK_THAT(test::file_content(workplace.path("noise.svg")), Catch::StartsWith("<svg"));
}

TEST_CASE("The options of a noise study reach it") {
  const NoiseWorkplace workplace;
  const Json report = Json::parse(workplace.report(
      {"--sigma", "0.5,4", "--draws", "5", "--window", "10:90", "--zero", "40", "--seed", "18446744073709551615"}));
  CHECK(report.at("draws") == 5);
  CHECK(report.at("window_microsiemens") == Json::array({10.0, 90.0}));
  CHECK(report.at("zero_weight_microsiemens") == 40.0);
  CHECK(report.at("seed") == 18'446'744'073'709'551'615U);
  const Json& noise = report.at("phases").at(0).at("rewrite").at("noise");
  CHECK(noise.size() == 2);
  CHECK(noise.at(0).at("sigma_microsiemens") == 0.5);
  CHECK(noise.at(1).at("sigma_microsiemens") == 4.0);
}

TEST_CASE("The same seed gives the same noise report for any number of threads, another seed another") {
  const NoiseWorkplace workplace;
  const std::vector<std::string> study{"--sigma", "4:12:4", "--draws", "7", "--threads"};
  const auto with = [&study](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = study;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  const std::string single = workplace.report(with({"1"}));
  CHECK(workplace.report(with({"3"})) == single);
  CHECK(workplace.report(with({"16"})) == single);
  Json other = Json::parse(workplace.report(with({"1", "--seed", "2"})));
  other["seed"] = 1;
  CHECK(other != Json::parse(single));
}

TEST_CASE("Help lists the command noise and its options") {
  const NoiseWorkplace workplace;
  CHECK_THAT(workplace.run({"--help"}).output, Catch::Contains("palimpsest noise --trace"));
  CHECK_THAT(workplace.noise({"--help"}).output, Catch::Contains("--sigma") && Catch::Contains("--window"));
}

TEST_CASE("Usage errors of a noise study are one line and exit code 2") {
  const NoiseWorkplace workplace;
  workplace.check_error(workplace.run({"noise"}), 2, "--trace");
  workplace.check_error(workplace.noise({"--colour"}), 2, "colour");
  workplace.check_error(workplace.noise({"stray"}), 2, "stray: expected an option (palimpsest noise --help)");
  workplace.check_error(workplace.noise({"--sigma", "10:1"}), 2, "--sigma: expected LOW:HIGH");
  workplace.check_error(workplace.noise({"--sigma", "-1"}), 2, "--sigma: expected a number in 0..100000, got -1");
  workplace.check_error(workplace.noise({"--sigma", "many"}), 2, "--sigma: expected a number");
  workplace.check_error(workplace.noise({"--draws", "1"}), 2, "--draws: expected 2..100000, got 1");
  workplace.check_error(workplace.noise({"--window", "80:20"}), 2, "--window: expected LOW:HIGH, LOW below HIGH");
  workplace.check_error(
      workplace.noise({"--zero", "20"}), 2,
      "--zero: expected a conductance inside --window 20:80, 0.001 uS or more from its edges, got 20");
  workplace.check_error(workplace.noise({"--zero", "90"}), 2, "from its edges, got 90");
  workplace.check_error(workplace.noise({"--window", "0:1e5", "--zero", "1e-300"}), 2, "from its edges, got");
  workplace.check_error(workplace.noise({"--zero", "x"}), 2, "--zero: expected a number");
  workplace.check_error(workplace.noise({"--seed", "-1"}), 2, "--seed: expected");
  workplace.check_error(workplace.noise({"--threads", "0"}), 2, "--threads: expected");
  workplace.check_error(workplace.noise({"--json", ""}), 2, "--json: expected");
  workplace.check_error(workplace.noise({"--json", "same", "--svg", "same"}), 2,
                        "--svg same: expected another file than --json same");
}

TEST_CASE("Errors of a noise study's trace are exit code 3") {
  const NoiseWorkplace workplace;
  workplace.check_error(workplace.run({"noise", "--trace", "none"}), 3, "none");
  test::TraceFiles overflowing = test::small_trace();
  for (const char* name : {"token", "channel", "head"}) {
    test::RawTensor& tensor = overflowing.tensors["weights/learned/" + std::string(name) + ".weight"];
    tensor = test::raw_matrix(Eigen::MatrixXf::Constant(static_cast<Eigen::Index>(tensor.shape[0]),
                                                        static_cast<Eigen::Index>(tensor.shape[1]), 3e37F));
  }
  overflowing.write(workplace.path("trace"));
  workplace.check_error(workplace.noise({"--draws", "2"}), 3,
                        "trace/trace.json: /phases/0/hybrid/reference: the float network overflows");
  workplace.directory().write("trace/trace.json", "{\"schema\": ");
  workplace.check_error(workplace.noise({}), 3, "trace.json");
}

TEST_CASE("A noise study that cannot be written leaves older files as they were") {
  const NoiseWorkplace workplace;
  const std::vector<std::string> quick{"--draws", "2", "--sigma", "1", "--json"};
  const auto into = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = quick;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return workplace.noise(arguments);
  };
  workplace.check_error(into({"/dev/full"}), 1, "/dev/full: cannot be written: No space left");
  workplace.check_error(into({"missing/noise.json"}), 1, "missing/noise.json: cannot be written");
  workplace.check_error(into({"noise.json", "--svg", "missing/noise.svg"}), 1, "missing/noise.svg: cannot be written");
}

}  // namespace palimpsest
