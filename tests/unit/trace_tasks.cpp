#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "sim/network/float_network.hpp"
#include "sim/run/reference_check.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;
using nlohmann::json;

namespace {

/// What reading says of a trace of `task` in which `damage` broke one thing; the directory's name is left out.
std::string error_after(TaskKind task, const std::function<void(TraceFiles&)>& damage) {
  const TemporaryDirectory directory;
  TraceFiles files = small_trace(task);
  damage(files);
  files.write(directory.path().string());
  const ThrownError error = thrown_error([&] { read_trace(directory.path().string()); });
  CHECK((error.text == "no error" || error.code == ExitCode::trace));
  CHECK(is_one_line(error.text));
  return error.text == "no error" ? error.text : error.text.substr(directory.path().string().size() + 1);
}

std::string error_with(TaskKind task, const std::string& pointer, const json& value) {
  return error_after(task, [&](TraceFiles& files) { files.json[json::json_pointer(pointer)] = value; });
}

}  // namespace

TEST_CASE("A trace of version 1 classifies, one of version 2 says what it does") {
  CHECK(read_small_trace().task == TaskKind::classify);
  CHECK(read_small_trace(TaskKind::classify).task == TaskKind::classify);
  CHECK(read_small_trace(TaskKind::classify).labels == read_small_trace().labels);
  CHECK(read_small_trace(TaskKind::regress).task == TaskKind::regress);
  CHECK(read_small_trace(TaskKind::score).task == TaskKind::score);
}

TEST_CASE("Targets are read sample by sample, and phases have all samples or those they name") {
  const Trace regress = read_small_trace(TaskKind::regress);
  CHECK(regress.labels.empty());
  REQUIRE(regress.targets.rows() == 6);
  REQUIRE(regress.targets.cols() == 3);
  const Eigen::MatrixXf errors = regress.phases[0].hybrid.reference - regress.targets;
  CHECK(errors.col(0).isApproxToConstant(0.25F, 1e-5F));
  CHECK(errors.col(1).isApproxToConstant(-0.5F, 1e-5F));
  CHECK(errors.col(2).isZero(1e-6F));
  CHECK(regress.phases[1].samples == std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5});
  const Trace score = read_small_trace(TaskKind::score);
  CHECK(score.targets.size() == 0);
  CHECK(score.phases[0].samples == std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5});
  CHECK(score.phases[1].samples == std::vector<std::uint32_t>{1, 2, 4});
  CHECK(score.phases[1].hybrid.reference.rows() == 3);
  CHECK(score.phases[1].hybrid.reference.cols() == 9);
}

TEST_CASE("Outputs of several rows are the network's, in C order") {
  check_references(read_small_trace(TaskKind::score));
  check_references(read_small_trace(TaskKind::regress));
}

TEST_CASE("A task of a newer version is told as such, and an unknown one is refused") {
  CHECK(error_with(TaskKind::regress, "/task/kind", "generate") ==
        "trace.json: /task/kind: generate is a task of a newer version of Palimpsest; expected classify, regress or "
        "score");
  CHECK_THAT(error_with(TaskKind::regress, "/task/kind", "translate"),
             Catch::StartsWith("trace.json: /task/kind: expected one of classify, regress, score"));
  CHECK_THAT(error_with(TaskKind::regress, "/task/steps", 3),
             Catch::StartsWith("trace.json: /task/steps: unknown key"));
  CHECK_THAT(error_after(TaskKind::regress, [](TraceFiles& files) { files.json.erase("task"); }),
             Catch::StartsWith("trace.json: /task: "));
  const auto with_version_1 = [](TraceFiles& files) {
    files = small_trace();
    files.json["task"] = {{"kind", "classify"}};
  };
  CHECK_THAT(error_after(TaskKind::classify, with_version_1), Catch::StartsWith("trace.json: /task: unknown key"));
  CHECK(error_with(TaskKind::score, "/version", 3) == "trace.json: /version: expected 1..2, got 3");
}

TEST_CASE("What belongs to another task is refused") {
  CHECK_THAT(error_with(TaskKind::regress, "/task/kind", "score"),
             Catch::StartsWith("trace.json: /test/targets: unknown key"));
  CHECK_THAT(error_with(TaskKind::score, "/task/kind", "classify"),
             Catch::StartsWith("trace.json: /network/output: expected class scores [1, classes], got [3, 3]"));
  CHECK_THAT(error_with(TaskKind::classify, "/task/kind", "regress"), Catch::StartsWith("trace.json: /test/targets: "));
  CHECK_THAT(error_with(TaskKind::regress, "/phases/0/classes", json::object()),
             Catch::StartsWith("trace.json: /phases/0/classes: unknown key"));
  CHECK_THAT(error_with(TaskKind::classify, "/phases/0/samples", "test/few"),
             Catch::StartsWith("trace.json: /phases/0/samples: unknown key"));
}

TEST_CASE("Targets and samples that do not fit are refused with their tensor") {
  const auto targets = [](const Eigen::MatrixXf& values) {
    return error_after(TaskKind::regress,
                       [&](TraceFiles& files) { files.tensors["test/targets"] = raw_matrix(values); });
  };
  CHECK(targets(Eigen::MatrixXf::Zero(5, 3)) ==
        "tensors.safetensors: tensor test/targets: expected F32 [6, 3], got F32 [5, 3]");
  CHECK_THAT(targets(Eigen::MatrixXf::Constant(6, 3, NAN)), Catch::Contains("test/targets: expected finite numbers"));
  const auto few = [](const std::vector<std::int64_t>& numbers) {
    return error_after(TaskKind::score, [&](TraceFiles& files) { files.tensors["test/few"] = raw_integers(numbers); });
  };
  const std::string place = "tensors.safetensors: tensor test/few: expected ";
  CHECK(few({1, 2, 6}) == place + "rising numbers of test samples, 0..5, got 6");
  CHECK(few({1, 4, 4}) == place + "rising numbers of test samples, 0..5, got 4");
  CHECK(few({-1, 2, 4}) == place + "rising numbers of test samples, 0..5, got -1");
  CHECK(few({}) == place + "at least one sample");
  CHECK_THAT(few({1, 2}), Catch::Contains("reference/unlearn/hybrid: expected F32 [2, 3, 3], got F32 [3, 3, 3]"));
}
