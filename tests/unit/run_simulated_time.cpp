#include "sim/run/simulated_time.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "models/physics/saturating.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;

namespace {

/// What the check says of the small trace on the shipped chip; nothing is played.
test::ThrownError checked(const Trace& trace, const std::vector<Override>& overrides,
                          const RunSelection& selection = {}) {
  const Architecture architecture =
      read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", overrides);
  const TileMap map = map_to_tiles(trace.network, architecture);
  Chip chip("chip", {architecture.clock, static_cast<std::uint32_t>(map.blocks.size()), architecture.tile,
                     architecture.sram, architecture.interconnect, architecture.host_port, architecture.off_chip});
  const auto error = test::thrown_error([&] {
    check_simulated_time({architecture, trace.network, map}, trace, selection, chip);
  });
  CHECK(sc_core::sc_time_stamp() == sc_core::SC_ZERO_TIME);
  return error;
}

}  // namespace

TEST_CASE("A run that fits into simulated time passes") {
  CHECK(checked(test::read_small_trace(), {}).code == ExitCode::ok);
}

TEST_CASE("A run that does not fit is refused with the phase, the chip, the program, and both figures") {
  const auto error = checked(test::read_small_trace(), {{"/clock_period_ps", "999999999"},
                                                        {"/sram/idle_leakage_share", "0.5"},
                                                        {"/sram/wake_cycles", "1000000"},
                                                        {"/sram/access_cycles", "1000000"},
                                                        {"/host_port/cycles_per_word", "1000000"},
                                                        {"/interconnect/latency_cycles", "1000000"}});
  CHECK(error.code == ExitCode::usage_or_architecture);
  CHECK_THAT(error.text, Catch::Matches("/clock_period_ps: phase (un)?learn, (hybrid|RM rewrite), [a-z ]+: may take "
                                        "[0-9]+ cycles, simulated time holds [0-9]+ more at a period of 999999999 ps"));
}

TEST_CASE("The inference counts, and of a phase that is chosen nothing else") {
  Trace trace = test::read_small_trace();
  for (Phase& phase : trace.phases) phase.samples.assign(300'000, 0);
  RunSelection selection;
  selection.stages = {false, false, true};
  const std::vector<Override> slow{{"/clock_period_ps", "999999999"}, {"/host_port/cycles_per_word", "1000000"}};
  CHECK_THAT(checked(trace, slow, selection).text,
             Catch::StartsWith("/clock_period_ps: phase learn, hybrid, inference: may take "));
}

TEST_CASE("The targets of the cells count, which the host sends before they are written") {
  Trace trace;
  test::NetworkBuilder builder({1, 200});
  builder.linear(0, 200, "w");
  trace.network = builder.network();
  Phase phase;
  phase.name = "learn";
  phase.samples = {0};
  phase.hybrid.weights = phase.rewrite.weights = "learned";
  trace.phases = {phase};
  // A tile holds 127 x 127: per input 32 and 19 words, so 200 x 51 x 1e6 cycles, and two reports of each of eight jobs.
  const auto error = checked(trace, {{"/clock_period_ps", "999999999"}, {"/host_port/cycles_per_word", "1000000"}});
  CHECK_THAT(error.text,
             Catch::StartsWith("/clock_period_ps: phase learn, RM rewrite, deployment: may take 10200000016 "));
}

TEST_CASE("More steps than a report can count are the trace's error") {
  Trace trace = test::read_small_trace();
  trace.phases[0].hybrid.training[0].steps = 1'000'000'000;
  const auto error =
      checked(trace, {{"/lora_unit/pipeline_cycles", "1000000"},
                      {"/energy/mac_delay", R"({"value": 1000, "unit": "us", "source": "none", "confidence": "W"})"}});
  CHECK(error.code == ExitCode::trace);
  CHECK_THAT(error.text, Catch::StartsWith("training: 1000000000 steps of "));
}

TEST_CASE("A refusal says which figure is beyond counting") {
  const Clock clock{10'000};
  CHECK(std::string(beyond_simulated_time(clock, "part", {7, 3}, 5).what()) ==
        "/clock_period_ps: part: may take 7 cycles, simulated time holds 5 more at a period of 10000 ps");
  CHECK_THAT(beyond_simulated_time(clock, "part", {uncountable, 3}, 5).what(),
             Catch::Contains("part: may take more cycles than can be counted, simulated time holds 5 more"));
  CHECK_THAT(beyond_simulated_time(clock, "part", {5, uncountable}, 5).what(),
             Catch::Contains("part: memory requests may wait for more cycles than can be counted"));
}
