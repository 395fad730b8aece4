#include <catch2/catch.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "models/modules/chip.hpp"
#include "sim/mapping/tile_map.hpp"
#include "sim/mapping/training_program.hpp"
#include "sim/run/training_task.hpp"
#include "tests/support/command.hpp"
#include "tests/support/large_convolution.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palimpsest {
namespace {

using Json = nlohmann::json;

struct Run {
  Json report;
  std::string text;
};

/// A phase of the face trace on the shipped chip with more settings.
Run run_with(const std::vector<std::string>& settings, const std::string& phase = "learn") {
  const test::TemporaryDirectory directory;
  std::vector<std::string> arguments{
      "run", "--arch", test::shipped("arch/rm180.json"), "--trace", test::shipped("traces/face"), "--phases", phase};
  for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
  const test::CommandResult result = test::run_palimpsest(arguments, directory.path());
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  return {Json::parse(test::file_content(directory.path() / "report.json")), result.output};
}

}  // namespace

TEST_CASE("A network with twice the weights and ten times the activations of the buffer runs, spills and says so") {
  const std::vector<std::string> small{"/sram/banks=1", "/sram/bank_kib=4", "/sram/activation_bits=16"};
  {
    const Architecture chip = read_architecture(test::shipped("arch/rm180.json"), {{"/sram/activation_bits", "16"}});
    const Trace trace = read_trace(test::shipped("traces/face"));
    const TileMap map = map_to_tiles(trace.network, chip);
    const Method& method = trace.phases[0].hybrid;
    const TrainingTask task = training_task(trace, method, method.training.at(0), false);
    CHECK(training_programs({chip, trace.network, map}, task).batch.slot_bytes > 10 * 4096);
  }
  const Run spilled = run_with(small);
  // Products of the baseline use copies of 16 bits of all parameters.
  const Json& baseline = spilled.report.at("phases").at(0).at("baselines").at("rm_rewrite").at("stages").at("training");
  const auto parameters = baseline.at("updates").get<std::uint64_t>() / baseline.at("steps").get<std::uint64_t>();
  CHECK(parameters * 2 > 2 * 4096);
  CHECK_THAT(spilled.text, Catch::Contains("does not fit the SRAM buffer: training of RM rewrite"));
  CHECK_THAT(spilled.text, Catch::Contains("does not fit the SRAM buffer: training of hybrid, off-chip memory loaded"));
  const Json& phase = spilled.report.at("phases").at(0);
  const Json& training = phase.at("stages").at("training");
  const auto loaded = training.at("off_chip").at("loaded_words").get<std::uint64_t>();
  const auto stored = training.at("off_chip").at("stored_words").get<std::uint64_t>();
  CHECK(loaded > 0);
  CHECK(stored > 0);
  // 640 pJ a word, and 112.5 mW for as long as the training takes.
  CHECK(training.at("components").at("off_chip").get<double>() ==
        Approx(static_cast<double>(loaded + stored) * 640e-12));

  const Run with_room = run_with({});
  CHECK_THAT(with_room.text, !Catch::Contains("does not fit the SRAM buffer"));
  const Json& fitting = with_room.report.at("phases").at(0);
  CHECK(fitting.at("stages").at("training").at("off_chip").at("loaded_words") == 0);
  CHECK(fitting.at("stages").at("training").at("components").at("off_chip") == 0.0);
  // Values do not depend on where they lie; the time does.
  CHECK(phase.at("stages").at("inference").at("accuracy") == fitting.at("stages").at("inference").at("accuracy"));
  CHECK(training.at("cycles") > fitting.at("stages").at("training").at("cycles"));
  for (const char* action : {"dac_updates", "adc_conversions"})
    CHECK(training.at("conversions").at(action) == fitting.at("stages").at("training").at("conversions").at(action));
}

TEST_CASE("After a training that went through the off-chip memory all parameters come in again") {
  // The second phase has an adapter more, and the gains and biases of the first.
  const auto words = [](const Run& run) {
    const Json& deployment = run.report.at("phases").at(0).at("stages").at("deployment");
    return deployment.at("writes").at("sram_words").get<std::uint64_t>();
  };
  CHECK(words(run_with({"/sram/banks=1", "/sram/bank_kib=4"}, "unlearn")) > words(run_with({}, "unlearn")));
}

TEST_CASE("The fields of the off-chip memory move energy and time where it is used") {
  const std::vector<std::string> small{"/sram/banks=2", "/sram/bank_kib=4"};
  const Run before = run_with(small);
  const auto training = [](const Run& run) { return run.report.at("phases").at(0).at("stages").at("training"); };
  const auto joule = [&](const Run& run, const char* component) {
    return training(run).at("components").at(component).get<double>();
  };
  const auto with = [&](const std::string& setting) {
    std::vector<std::string> settings = small;
    settings.push_back(setting);
    return run_with(settings);
  };
  CHECK(training(with("/off_chip/latency/value=500")).at("cycles") > training(before).at("cycles"));
  CHECK(training(with("/off_chip/bandwidth/value=50")).at("cycles") > training(before).at("cycles"));
  CHECK(joule(with("/off_chip/word/value=1280"), "off_chip") == Approx(2.0 * joule(before, "off_chip")));
  const double seconds = training(before).at("seconds").get<double>();
  CHECK(joule(with("/off_chip/standby/value=12.5"), "static_power") ==
        Approx(joule(before, "static_power") - 0.1 * seconds));
}

TEST_CASE("Convolutions whose windows are four times the buffer play forwards and backwards, with the same work") {
  const Architecture chip = read_architecture(test::shipped("arch/rm180.json"), {});
  Architecture roomy = chip;
  roomy.sram.bank_kib = 16'384;
  const Network network = test::large_convolution();
  const TileMap map = map_to_tiles(network, chip);
  TrainingTask task;
  task.batch_size = 1;
  const Program planned = training_programs({chip, network, map}, task).batch;
  const Program plain = training_programs({roomy, network, map}, task).batch;
  CHECK(plain.slot_bytes > 4 * capacity_bytes(chip.sram));
  VectorOperations operations;
  std::uint64_t macs = 0;
  for (const Step& step : plain.steps) {
    if (const auto* job = std::get_if<VectorJob>(&step.job))
      operations = operations + job->operations_per_vector * job->vectors;
    if (const auto* job = std::get_if<LoraJob>(&step.job)) macs += job->macs_per_vector * job->vectors;
  }
  Chip played("chip", {chip.clock, static_cast<std::uint32_t>(map.blocks.size()), chip.tile, chip.sram,
                       chip.interconnect, chip.host_port, chip.off_chip});
  const PlayResult result = played.play(planned);
  CHECK(result.counts.vector_adds == operations.adds);
  CHECK(result.counts.vector_macs == operations.macs);
  CHECK(result.counts.vector_moves == operations.moves);
  CHECK(result.counts.lora_macs == macs);
  std::uint64_t loaded = 0;
  std::uint64_t stored = 0;
  for (const Step& step : planned.steps) {
    if (const auto* job = std::get_if<OffChipJob>(&step.job))
      (job->loads() ? loaded : stored) += job->vectors * off_chip_words(job->memory.bytes);
  }
  CHECK(loaded > 0);
  CHECK(result.counts.off_chip_loaded_words == loaded);
  CHECK(result.counts.off_chip_stored_words == stored);
  // The link moves them at its rate at best.
  const double seconds = 4.0 * static_cast<double>(loaded + stored) / chip.off_chip->bytes_per_second;
  CHECK(static_cast<double>(result.cycles * chip.clock.period_ps) * 1e-12 > seconds);
}

}  // namespace palimpsest
