#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/trace/safetensors.hpp"
#include "tests/support/workplace.hpp"

namespace palimpsest {
namespace {

using Eigen::MatrixXf;
using Json = nlohmann::json;
using test::Workplace;

/// Runs the trace in the workplace and opens what it wrote.
struct RecordedRun {
  explicit RecordedRun(const Workplace& workplace, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--quiet", "--scores", "trace/scores", "--embeddings", "trace/embeddings"});
    const test::CommandResult result = workplace.run_small(more);
    CHECK(result.errors.empty());
    REQUIRE(result.exit_code == 0);
    report = Json::parse(test::file_content(workplace.path("report.json")));
    scores.emplace(workplace.path("trace/scores"));
    embeddings.emplace(workplace.path("trace/embeddings"));
  }

  const Json& inference(std::size_t phase) const { return report.at("phases").at(phase).at("stages").at("inference"); }
  const Json& rewrite_inference(std::size_t phase) const {
    return report.at("phases").at(phase).at("baselines").at("rm_rewrite").at("stages").at("inference");
  }

  Json report;
  std::optional<Safetensors> scores, embeddings;
};

double share_correct(const MatrixXf& outputs, const std::vector<std::int64_t>& labels, std::int64_t of_class = -1) {
  double samples = 0.0;
  double correct = 0.0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (of_class >= 0 && labels[row] != of_class) continue;
    Eigen::Index answer = 0;
    outputs.row(static_cast<Eigen::Index>(row)).maxCoeff(&answer);
    correct += answer == labels[row] ? 1.0 : 0.0;
    ++samples;
  }
  return correct / samples;
}

void check_deviation(const Json& found, const MatrixXf& outputs, const MatrixXf& exact) {
  CHECK(found.at("root_mean_square").get<double>() == Approx((outputs - exact).norm() / exact.norm()).epsilon(1e-5));
  CHECK(found.at("largest").get<double>() ==
        Approx((outputs - exact).cwiseAbs().maxCoeff() / exact.cwiseAbs().maxCoeff()).epsilon(1e-5));
}

}  // namespace

TEST_CASE("Accuracies and deviations of the report are those of the written outputs") {
  const Workplace workplace;
  RecordedRun run(workplace);
  Safetensors& scores = *run.scores;
  const std::vector<std::int64_t> labels{0, 1, 2, 0, 1, 2};
  for (const std::size_t phase : {0U, 1U}) {
    const std::string name = phase == 0 ? "learn" : "unlearn";
    for (const auto& [machine, inference] : {std::pair<std::string, const Json&>{"hybrid", run.inference(phase)},
                                             {"rm_rewrite", run.rewrite_inference(phase)}}) {
      INFO(machine << ", " << name);
      const MatrixXf outputs = scores.matrix(machine + "/" + name + "/outputs", 6, 3);
      const MatrixXf exact = scores.matrix(machine + "_float/" + name + "/outputs", 6, 3);
      CHECK(scores.integers(machine + "/" + name + "/labels", {6}) == labels);
      CHECK(scores.integers(machine + "/" + name + "/samples", {6}) == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5});
      const Json& accuracy = inference.at("accuracy");
      CHECK(accuracy.at("all").get<double>() == Approx(share_correct(outputs, labels)));
      for (const std::int64_t number : {0, 1, 2})
        CHECK(accuracy.at("by_class").at(std::to_string(number)).get<double>() ==
              Approx(share_correct(outputs, labels, number)));
      CHECK(inference.at("float_accuracy").at("all").get<double>() == Approx(share_correct(exact, labels)));
      check_deviation(inference.at("output_deviation"), outputs, exact);
    }
  }
  const MatrixXf bare = scores.matrix("hybrid_without_adapter/unlearn/outputs", 2, 3);
  CHECK(scores.integers("hybrid_without_adapter/unlearn/samples", {2}) == std::vector<std::int64_t>{2, 5});
  CHECK(run.inference(1).at("accuracy").at("forget_without_adapter").get<double>() ==
        Approx(share_correct(bare, {2, 2})));
}

TEST_CASE("Errors of a regression are those of the written outputs and targets") {
  const Workplace workplace;
  test::small_trace(TaskKind::regress).write(workplace.path("trace"));
  RecordedRun run(workplace);
  for (const auto& [machine, inference] :
       {std::pair<std::string, const Json&>{"hybrid", run.inference(1)}, {"rm_rewrite", run.rewrite_inference(1)}}) {
    INFO(machine);
    const MatrixXf errors =
        run.scores->matrix(machine + "/unlearn/outputs", 6, 3) - run.scores->matrix(machine + "/unlearn/targets", 6, 3);
    const Json& error = inference.at("error");
    CHECK(error.at("mean_squared_error").get<double>() == Approx(errors.squaredNorm() / 18.0).epsilon(1e-5));
    CHECK(error.at("mean_absolute_error").get<double>() == Approx(errors.cwiseAbs().mean()).epsilon(1e-5));
    CHECK(error.at("largest_absolute_error").get<double>() == Approx(errors.cwiseAbs().maxCoeff()));
  }
}

TEST_CASE("Outputs of several rows are written in their shape, of the phase's samples") {
  const Workplace workplace;
  test::small_trace(TaskKind::score).write(workplace.path("trace"));
  RecordedRun run(workplace, {"--baselines", "none", "--phases", "unlearn"});
  const MatrixXf outputs = run.scores->floats("hybrid/unlearn/outputs", {3, 3, 3}, 3, 9);
  const MatrixXf exact = run.scores->floats("hybrid_float/unlearn/outputs", {3, 3, 3}, 3, 9);
  check_deviation(run.inference(0).at("output_deviation"), outputs, exact);
  for (const char* name : {"hybrid/unlearn/samples", "hybrid_float/unlearn/samples"})
    CHECK(run.scores->integers(name, {3}) == std::vector<std::int64_t>{1, 2, 4});
  run.scores->finish();
  run.embeddings->floats("hybrid/unlearn/embeddings", {3, 3, 5}, 3, 15);
}

TEST_CASE("Embeddings of a chip lie near those of the float network, on the grid of its storage") {
  const Workplace workplace;
  RecordedRun run(workplace, {"--set", "/sram/activation_bits=4"});
  const MatrixXf chip = run.embeddings->matrix("hybrid/learn/embeddings", 6, 5);
  const MatrixXf exact = run.embeddings->matrix("hybrid_float/learn/embeddings", 6, 5);
  CHECK((chip - exact).norm() < 0.5F * exact.norm());
  CHECK((chip - exact).norm() > 0.0F);
  // Seven codes on either side of zero, one step apart.
  std::set<float> magnitudes;
  for (Eigen::Index row = 0; row < 6; ++row)
    for (Eigen::Index column = 0; column < 5; ++column) magnitudes.insert(std::abs(chip(row, column)));
  CHECK(magnitudes.size() <= 8);
  run.embeddings->matrix("hybrid_without_adapter/unlearn/embeddings", 2, 5);
  run.embeddings->matrix("rm_rewrite_float/unlearn/embeddings", 6, 5);
}

TEST_CASE("What is written is the same for any number of threads, and leaves the report as it is") {
  const Workplace one;
  const RecordedRun single(one, {"--threads", "1"});
  const Workplace three;
  const RecordedRun several(three, {"--threads", "3"});
  for (const char* file : {"trace/scores", "trace/embeddings", "report.json"})
    CHECK(test::file_content(one.path(file)) == test::file_content(three.path(file)));
  REQUIRE(three.run_small({"--quiet"}).exit_code == 0);
  CHECK(test::file_content(one.path("report.json")) == test::file_content(three.path("report.json")));
}

TEST_CASE("Files of outputs that cannot be are refused before anything is simulated") {
  const Workplace workplace;
  workplace.check_error(workplace.run_small({"--scores", "x", "--stages", "training,deployment"}), 2,
                        "--scores: expected inference among --stages, got training,deployment");
  workplace.check_error(workplace.run_small({"--embeddings", "x", "--stages", "training"}), 2,
                        "--embeddings: expected inference among --stages, got training");
  workplace.check_error(workplace.run_small({"--scores", ""}), 2, "--scores: expected the name of a file");
  workplace.check_error(workplace.run_small({"--scores", "x", "--embeddings", "./x"}), 2,
                        "--embeddings ./x: expected another file than --scores x");
  workplace.check_error(workplace.run_small({"--scores", "trace/tensors.safetensors"}), 2,
                        "--scores trace/tensors.safetensors: expected another file than the input");
  workplace.check_error(workplace.run_small({"--scores", "/dev/null"}), 1, "/dev/null: cannot be written");
  workplace.check_error(workplace.run_small({"--scores", "none/x"}), 1, "none/x: cannot be written");
}

}  // namespace palimpsest
