#include "models/modules/program_check.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace palimpsest;
using Catch::Matchers::Contains;

namespace {

/// On a chip of three groups without off-chip memory.
void check(const Program& program) { check_program(program, 3, false); }

Program program_of(Job job, std::uint32_t group = 0) {
  Program program;
  program.steps = {{VectorJob{}, 0, {}}, {std::move(job), group, {0}}};
  return program;
}

TileJob job_with_adapters() {
  TileJob job;
  job.vectors = 4;
  job.passes = 2;
  LoraJob& adapters = job.adapters.emplace();
  adapters.vectors = 4;
  adapters.fed_by = 2;
  return job;
}

}  // namespace

TEST_CASE("a program whose groups and adapters fit together is well formed") {
  CHECK_NOTHROW(check(program_of(job_with_adapters(), 2)));
  CHECK_NOTHROW(check(program_of(TileJob{}, 2)));
  CHECK_NOTHROW(check(program_of(LoraJob{}, 7)));  // the group of other jobs means nothing
}

TEST_CASE("adapters that would wait for vectors for ever are refused") {
  TileJob job = job_with_adapters();
  std::string reason;
  SECTION("another group is to feed them") {
    job.adapters->fed_by = 1;
    reason = "another group";
  }
  SECTION("no group is to feed them") {
    job.adapters->fed_by.reset();
    reason = "another group";
  }
  SECTION("fewer vectors") {
    job.adapters->vectors = 3;
    reason = "other vectors";
  }
  SECTION("more vectors") {
    job.adapters->vectors = 5;
    reason = "other vectors";
  }
  SECTION("passes of their own") {
    job.adapters->passes = 2;
    reason = "other vectors";
  }
  SECTION("fetches of their own") {
    job.adapters->fetches = {{0, 4, 4, true}};
    reason = "fetch";
  }
  CHECK_THROWS_WITH(check(program_of(job, 2)), Contains("step 1") && Contains(reason));
}

TEST_CASE("adapters with results before they compute are refused") {
  TileJob job = job_with_adapters();
  job.adapters->cycles_per_vector = 7;
  job.adapters->result_cycles = 7;
  CHECK_NOTHROW(check(program_of(job, 2)));
  job.adapters->result_cycles = 8;
  CHECK_THROWS_WITH(check(program_of(job, 2)), Contains("step 1") && Contains("before they compute"));
}

TEST_CASE("a job of the LoRA unit that no tile job feeds is refused") {
  LoraJob job;
  job.fed_by = 0;
  CHECK_THROWS_WITH(check(program_of(job)), Contains("step 1") && Contains("waits for a tile group"));
}

TEST_CASE("jobs without anything to do, and groups that are not there, are refused") {
  TileJob job;
  std::uint32_t group = 2;
  std::string reason = "without vectors or passes";
  SECTION("no vectors") { job.vectors = 0; }
  SECTION("no passes") { job.passes = 0; }
  SECTION("no vectors, for adapters neither") {
    job = job_with_adapters();
    job.vectors = job.adapters->vectors = 0;
  }
  SECTION("a group too many") {
    group = 3;
    reason = "tile group 3 of a chip with 3";
  }
  CHECK_THROWS_WITH(check(program_of(job, group)), Contains("step 1") && Contains(reason));
}

TEST_CASE("driven lines that are not told of all samples, vectors and passes are refused") {
  TileJob job;
  job.vectors = 2;
  job.first_vector = 1;
  job.passes = 2;
  DrivenLines driven{1, 3, 2, std::vector<std::uint32_t>(6)};
  SECTION("they are") {
    job.driven = std::make_shared<const DrivenLines>(driven);
    CHECK_NOTHROW(check(program_of(job)));
    return;
  }
  SECTION("no sample") { driven.samples = 0; }
  SECTION("a vector less") { driven.vectors = 2; }
  SECTION("a pass less") { driven.passes = 1; }
  SECTION("too few") { driven.lines.pop_back(); }
  job.driven = std::make_shared<const DrivenLines>(driven);
  CHECK_THROWS_WITH(check(program_of(job)), Contains("step 1") && Contains("driven lines"));
}
