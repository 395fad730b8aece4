#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "sim/mapping/tile_map.hpp"
#include "sim/run/nonideality_study.hpp"
#include "sim/run/run.hpp"
#include "tests/support/small_networks.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;

namespace {

Architecture shipped() { return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {}); }

/// A trace whose references are wrong in its first phase: whatever is refused before that is seen needs no evaluation
/// of the network.
Trace wrong_trace() {
  Trace trace = test::read_small_trace();
  trace.phases[0].hybrid.reference *= -1.0F;
  return trace;
}

/// Whether the error is told before anything is begun.
void check_told_at_once(const Architecture& architecture, const Trace& trace, ExitCode code, const std::string& text) {
  bool begun = false;
  const auto begin = [&begun](const std::string& /*part*/, double /*share*/) { begun = true; };
  RunOptions options;
  options.progress = begin;
  const test::ThrownError error = test::thrown_error([&] { run(architecture, trace, options); });
  CHECK_THAT(error.text, Catch::Contains(text));
  CHECK(error.code == code);
  CHECK_FALSE(begun);
}

void check_study_tells_at_once(const Architecture& architecture, const Trace& trace, const std::string& text) {
  bool begun = false;
  const test::ThrownError error = test::thrown_error([&] {
    nonideality_study(architecture, trace, {}, 1,
                      [&begun](const std::string& /*part*/, double /*share*/) { begun = true; });
  });
  CHECK_THAT(error.text, Catch::Contains(text));
  CHECK(error.code == ExitCode::usage_or_architecture);
  CHECK_FALSE(begun);
}

/// Bytes of SRAM buffer that the error asks for.
std::uint64_t needed_bytes(const std::string& text) {
  const std::string before = " needs ";
  return std::stoull(text.substr(text.find(before) + before.size()));
}

}  // namespace

TEST_CASE("Too few tiles are told before the network is evaluated or mapped") {
  Architecture chip = shipped();
  chip.tiles = 1;
  const std::string text = "/tile/count: the network \"small\" needs 3 tiles, the chip has 1";
  check_told_at_once(chip, wrong_trace(), ExitCode::usage_or_architecture, text);
  check_study_tells_at_once(chip, wrong_trace(), text);
}

TEST_CASE("More tiles than a chip can have are told without a map of them") {
  Architecture chip = shipped();
  chip.tile.crossbar.rows = chip.tile.crossbar.columns = 2;
  Trace trace = wrong_trace();
  // Shapes alone: a layer of 65536 x 65536 weights would not fit this machine.
  trace.network = test::network_of_billions();
  const std::string text = "/tile: the network \"small\" needs 4295229440 tiles";
  check_told_at_once(chip, trace, ExitCode::usage_or_architecture, text);
}

TEST_CASE("A tile of the fault map that the chip lacks is told before the network is evaluated") {
  Architecture chip = shipped();
  chip.resistive_memory.faults.cells.map[3] = {};
  chip.resistive_memory.faults.last_tile_place = "faults.csv:2";
  const std::string text = "/resistive_memory/faults/map: faults.csv:2: expected a tile in 0..2, got 3";
  check_told_at_once(chip, wrong_trace(), ExitCode::usage_or_architecture, text);
  check_study_tells_at_once(chip, wrong_trace(), text);
}

TEST_CASE("An SRAM buffer too small for one program of the last phase is told before anything is begun") {
  const Trace trace = wrong_trace();
  const std::string needs = "bytes of SRAM buffer";
  Architecture chip = shipped();
  chip.sram.banks = 1;
  chip.sram.bank_kib = 1;
  chip.off_chip.reset();
  check_told_at_once(chip, trace, ExitCode::usage_or_architecture, needs);

  // The first phase fits, the second trains a network that needs more.
  Trace heavier = trace;
  heavier.phases[0].hybrid.training.clear();
  heavier.phases[0].rewrite.training.clear();
  heavier.phases[1].hybrid.training.clear();
  check_told_at_once(chip, heavier, ExitCode::usage_or_architecture, "training needs");
  const test::ThrownError error = test::thrown_error([&] { run(chip, heavier, {}); });
  CHECK(needed_bytes(error.text) > 1024);
  heavier.phases[1].rewrite.training.clear();
  CHECK_THAT(test::thrown_error([&] { run(chip, heavier, {}); }).text, Catch::Contains("/phases/0/hybrid/reference"));
}

TEST_CASE("The study of non-idealities tells of an SRAM buffer too small where reads matter") {
  Architecture chip = shipped();
  chip.sram.banks = 1;
  chip.sram.bank_kib = 1;
  chip.off_chip.reset();
  chip.resistive_memory.cell.retention.read_disturb_per_read = 1e-6;
  check_study_tells_at_once(chip, wrong_trace(), "training needs");
}

TEST_CASE("More cell writes at every step than are simulated are told before the network is evaluated") {
  Architecture chip = shipped();
  chip.rewrite_baseline.update = RewriteUpdate::every_step;
  Trace trace = wrong_trace();
  trace.phases[1].rewrite.training[0].steps = 1'000'000'000;
  check_told_at_once(chip, trace, ExitCode::model_error, "writing the arrays at every step takes 1000000000 steps");
}

TEST_CASE("Writes at every step of what is not wanted are no reason to refuse a phase") {
  Architecture chip = shipped();
  chip.rewrite_baseline.update = RewriteUpdate::every_step;
  Trace trace = test::read_small_trace();
  trace.phases[1].rewrite.training[0].steps = 1'000'000'000;
  RunOptions options;
  options.selection.phases = {"learn"};
  CHECK(run(chip, trace, options).phases.size() == 1);
}

TEST_CASE("Writes at every step of a baseline that is not wanted are no reason to refuse a run") {
  Architecture chip = shipped();
  chip.rewrite_baseline.update = RewriteUpdate::every_step;
  Trace trace = test::read_small_trace();
  trace.phases[1].rewrite.training[0].steps = 1'000'000'000;
  RunOptions options;
  options.selection.rm_rewrite = false;
  CHECK(run(chip, trace, options).phases.size() == 2);
}

TEST_CASE("The tiles needed are those of the map, for every mapping and size") {
  const Trace trace = test::read_small_trace();
  Architecture chip = shipped();
  for (const WeightEncoding weights : {WeightEncoding::offset, WeightEncoding::differential}) {
    for (const std::uint32_t slices : {1U, 3U}) {
      for (const std::uint32_t size : {8U, 9U, 13U, 128U}) {
        chip.tile.mapping.weights = weights;
        chip.tile.mapping.slices = slices;
        chip.tile.crossbar.rows = size;
        chip.tile.crossbar.columns = size + 1;
        CHECK(tiles_needed(trace.network, chip) == map_to_tiles(trace.network, chip).blocks.size());
      }
    }
  }
}
