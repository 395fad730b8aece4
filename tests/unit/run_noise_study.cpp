#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "sim/report/outcome_statistics.hpp"
#include "sim/run/accuracy.hpp"
#include "sim/run/noise_study.hpp"
#include "tests/support/small_trace.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

Trace read_face_trace() { return read_trace(std::string(PALIMPSEST_SOURCE_DIR) + "/traces/face"); }

NoiseSettings settings(std::vector<double> sigmas, std::uint32_t draws) {
  NoiseSettings made;
  made.sigmas_microsiemens = std::move(sigmas);
  made.draws = draws;
  return made;
}

void check_equal(const Accuracy& first, const Accuracy& second) {
  for (const auto& statistic : accuracy_statistics) {
    INFO(statistic.name);
    CHECK(first.*statistic.member == second.*statistic.member);
  }
}

void check_equal(const OutcomeSpread& first, const OutcomeSpread& second) {
  check_equal(first.mean, second.mean);
  check_equal(first.deviation, second.deviation);
  check_equal(first.smallest, second.smallest);
  check_equal(first.largest, second.largest);
}

/// The draws' accuracies as the reference has them.
std::vector<Outcome> reference_draws(const nlohmann::json& draws) {
  std::vector<Outcome> accuracies(draws.size());
  for (std::size_t draw = 0; draw < draws.size(); ++draw) {
    for (const auto& statistic : accuracy_statistics) {
      const nlohmann::json& share = draws.at(draw).at(std::string(statistic.name));
      if (!share.is_null()) accuracies[draw].*statistic.member = share.get<double>();
    }
  }
  return accuracies;
}

}  // namespace

TEST_CASE("The exact weights give the accuracies of the trace's own float outputs") {
  const Trace trace = read_face_trace();
  const NoiseStudy study = noise_study(trace, settings({}, 2), 1);
  for (std::size_t number = 0; number < trace.phases.size(); ++number) {
    const Phase& phase = trace.phases[number];
    for (const auto& [method, noisy] : {std::pair{&phase.hybrid, &study.phases[number].hybrid},
                                        std::pair{&phase.rewrite, &study.phases[number].rewrite}}) {
      Accuracy expected = accuracy_of(trace, phase, method->reference);
      if (method == &phase.rewrite) expected.forget_without_adapter = expected.forget;
      if (method == &phase.hybrid && !phase.forget.empty()) expected.forget_without_adapter = 29.0 / 30.0;
      check_equal(noisy->float_outcome, expected);
    }
  }
}

TEST_CASE("Devices without an error give the float accuracies in every draw") {
  const Trace trace = read_face_trace();
  const NoiseStudy study = noise_study(trace, settings({0.0}, 2), 1);
  for (const NoisyPhase& phase : study.phases) {
    for (const NoisyMethod* method : {&phase.hybrid, &phase.rewrite}) {
      check_equal(method->spreads.at(0).mean, method->float_outcome);
      check_equal(method->spreads.at(0).smallest, method->float_outcome);
      check_equal(method->spreads.at(0).largest, method->float_outcome);
      CHECK(method->spreads.at(0).deviation.all == 0.0);
    }
  }
}

TEST_CASE("Accuracies under conductance errors are those of an independent evaluation with the same errors") {
  std::ifstream file(std::string(PALIMPSEST_SOURCE_DIR) + "/tests/support/noise_reference.json");
  const nlohmann::json reference = nlohmann::json::parse(file);
  NoiseSettings same = settings({reference.at("sigma_microsiemens")}, reference.at("draws"));
  same.seed = reference.at("seed");
  const NoiseStudy study = noise_study(read_face_trace(), same, 1);
  REQUIRE(study.phases.size() == reference.at("phases").size());
  for (std::size_t phase = 0; phase < study.phases.size(); ++phase) {
    const nlohmann::json& expected = reference.at("phases").at(phase);
    check_equal(study.phases[phase].hybrid.spreads.at(0), spread_of(reference_draws(expected.at("hybrid"))));
    check_equal(study.phases[phase].rewrite.spreads.at(0), spread_of(reference_draws(expected.at("rewrite"))));
  }
}

TEST_CASE("Phases and methods with the same weight set see the same devices") {
  const NoiseStudy study = noise_study(read_face_trace(), settings({5.0}, 4), 1);
  // The hybrid without adapters is the same array after unlearning and after continual learning.
  const OutcomeSpread& unlearned = study.phases.at(1).hybrid.spreads.at(0);
  const OutcomeSpread& continued = study.phases.at(2).hybrid.spreads.at(0);
  CHECK(unlearned.mean.forget_without_adapter == continued.mean.forget_without_adapter);
  CHECK(unlearned.deviation.forget_without_adapter == continued.deviation.forget_without_adapter);
  CHECK(unlearned.deviation.forget_without_adapter > 0.0);
  // In the small trace's first phase both methods are the bare weight set.
  const NoiseStudy small = noise_study(read_small_trace(), settings({8.0}, 20), 1);
  check_equal(small.phases.at(0).hybrid.spreads.at(0), small.phases.at(0).rewrite.spreads.at(0));
  CHECK(small.phases.at(0).hybrid.spreads.at(0).deviation.all > 0.0);
}

TEST_CASE("What a sigma gives does not depend on the other sigmas or on the number of threads") {
  const Trace trace = read_small_trace();
  const NoiseStudy alone = noise_study(trace, settings({8.0}, 20), 1);
  const NoiseStudy among = noise_study(trace, settings({2.0, 8.0, 9.0}, 20), 5);
  for (std::size_t phase = 0; phase < alone.phases.size(); ++phase) {
    check_equal(alone.phases[phase].hybrid.spreads.at(0), among.phases[phase].hybrid.spreads.at(1));
    check_equal(alone.phases[phase].rewrite.spreads.at(0), among.phases[phase].rewrite.spreads.at(1));
  }
}

TEST_CASE("Progress is told of the references, of each sigma, and of each draw") {
  std::vector<double> shares;
  std::set<std::string> parts;
  noise_study(read_small_trace(), settings({1.0, 2.0, 3.0, 4.0}, 2), 1, [&](const std::string& part, double share) {
    parts.insert(part);
    shares.push_back(share);
  });
  CHECK(parts == std::set<std::string>{"references", "noise 1 of 4", "noise 2 of 4", "noise 3 of 4", "noise 4 of 4"});
  // The references of each phase, the exact weights; then a sigma begins, and has two draws.
  const std::vector<double> expected{0.0, 0.05, 0.1, 0.2, 0.2, 0.3, 0.4, 0.4, 0.5, 0.6, 0.6, 0.7, 0.8, 0.8, 0.9, 1.0};
  REQUIRE(shares.size() == expected.size());
  for (std::size_t i = 0; i < shares.size(); ++i) CHECK(shares[i] == Approx(expected[i]).margin(1e-12));
}
