#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/training_program.hpp"
#include "tests/support/data_flow.hpp"
#include "tests/support/partial_sums.hpp"
#include "tests/support/small_networks.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

// The checks of every program's data flow are worth something only if a broken program fails them.

namespace {

Architecture small_tiles() {
  Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  chip.tile.crossbar.rows = 4;
  chip.tile.crossbar.columns = 6;
  return chip;
}

/// Programs of one network, whole, and what has to be known to check them.
class Checked {
 public:
  Checked(const Architecture& chip, const AdaptedNetwork& adapted)
      : chip_(chip), adapted_(adapted), map_(map_to_tiles(adapted.network, chip)) {}

  Program training(bool of_adapter) {
    TrainingTask task;
    task.batch_size = 4;
    if (of_adapter) {
      task.trained_adapter = &adapted_.first;
      task.adapters = {&adapted_.first, &adapted_.second};
    }
    const TrainingPrograms programs = training_programs({chip_, adapted_.network, map_}, task);
    forward_steps_ = programs.forward.steps.size();
    transposed_vectors_ = programs.transposed_vectors;
    resident_ = {};
    for (const ReadRange& range : data_flow(programs.batch, chip_.sram).borrowed) {
      for (std::uint32_t byte = 0; byte < range.bytes; ++byte) resident_.insert(range.address + byte);
    }
    return programs.batch;
  }

  bool is_faulty(const Program& program) const {
    const DataFlow flow = data_flow(program, chip_.sram);
    return !flow.faults.empty() || !missing(flow.borrowed, resident_, chip_.sram).empty() ||
           !partial_sum_faults(program, adapted_.network, map_, forward_steps_).empty() ||
           transposed_vectors(program) != transposed_vectors_;
  }

  std::size_t groups() const { return map_.groups.size(); }

 private:
  /// By tile, of a sample.
  std::vector<std::uint64_t> transposed_vectors(const Program& program) const {
    std::vector<std::uint64_t> vectors(map_.blocks.size());
    for (std::size_t step = forward_steps_; step < program.steps.size(); ++step) {
      const auto* job = std::get_if<TileJob>(&program.steps[step].job);
      if (job == nullptr) continue;
      for (const std::uint32_t tile : map_.groups[program.steps[step].tile_group]) vectors[tile] += job->vectors;
    }
    return vectors;
  }

  const Architecture& chip_;
  const AdaptedNetwork& adapted_;
  TileMap map_;
  std::size_t forward_steps_ = 0;
  std::vector<std::uint64_t> transposed_vectors_;
  std::set<std::uint64_t> resident_;
};

bool waits_for(const Program& program, std::uint32_t step, std::uint32_t earlier) {
  for (const std::uint32_t dependency : program.steps[step].depends_on) {
    if (dependency == earlier || waits_for(program, dependency, earlier)) return true;
  }
  return false;
}

/// The jobs of these programs are all streams.
const StreamJob& stream_of(const Job& job) {
  return std::visit(
      [](const auto& one) -> const StreamJob& {
        if constexpr (std::is_base_of_v<StreamJob, std::decay_t<decltype(one)>>) return one;
        throw std::logic_error("a job of the programmer");
      },
      job);
}
StreamJob& stream_of(Job& job) { return const_cast<StreamJob&>(stream_of(std::as_const(job))); }

/// All ranges of a step, those of its adapters too.
std::vector<StridedRange*> ranges_of(Step& step) {
  std::vector<StridedRange*> all;
  auto* tile_job = std::get_if<TileJob>(&step.job);
  StreamJob* adapters = tile_job != nullptr && tile_job->adapters ? &*tile_job->adapters : nullptr;
  for (StreamJob* job : {&stream_of(step.job), adapters}) {
    if (job == nullptr) continue;
    for (auto* ranges : {&job->fetches, &job->drains, &job->preloads}) {
      for (StridedRange& range : *ranges) all.push_back(&range);
    }
  }
  return all;
}

/// Calls `check` with training programs of two small networks, on tiles that work in step and on others.
template <class Check>
void for_training_programs(const Check& check) {
  const std::vector<AdaptedNetwork> networks = small_networks();
  for (const auto products : {BackwardProducts::transposed_read, BackwardProducts::digital}) {
    for (const bool tile_groups : {true, false}) {
      Architecture chip = small_tiles();
      chip.training.backward_products = products;
      chip.data_path.tile_groups = tile_groups;
      for (const AdaptedNetwork& network : {networks[1], networks[3]}) {
        for (const bool of_adapter : {true, false}) {
          INFO(network.name << (of_adapter ? ", an adapter" : ", the backbone")
                            << (tile_groups ? ", tile groups" : ""));
          Checked checked(chip, network);
          const Program program = checked.training(of_adapter);
          REQUIRE_FALSE(checked.is_faulty(program));
          check(checked, program);
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("A program with a dependency less is found out, unless another one implies it") {
  for_training_programs([](const Checked& checked, const Program& program) {
    for (std::uint32_t step = 0; step < program.steps.size(); ++step) {
      for (std::size_t number = 0; number < program.steps[step].depends_on.size(); ++number) {
        Program broken = program;
        std::vector<std::uint32_t>& dependencies = broken.steps[step].depends_on;
        const std::uint32_t dropped = dependencies[number];
        dependencies.erase(dependencies.begin() + static_cast<std::ptrdiff_t>(number));
        if (waits_for(broken, step, dropped)) continue;
        INFO("step " << step << " without " << dropped);
        CHECK(checked.is_faulty(broken));
      }
    }
  });
}

TEST_CASE("A program with a dependency more is found out") {
  for_training_programs([](const Checked& checked, const Program& program) {
    for (std::uint32_t step = 1; step < program.steps.size(); ++step) {
      Program broken = program;
      broken.steps[step].depends_on.push_back(0);
      INFO("step " << step);
      const bool reads_it = data_flow(program, {}).sources[step].count(0) != 0;
      if (!reads_it) CHECK(checked.is_faulty(broken));
    }
  });
}

TEST_CASE("A program with a range of a slot elsewhere, shorter or of one row alone is found out") {
  for_training_programs([](const Checked& checked, const Program& program) {
    for (std::uint32_t step = 0; step < program.steps.size(); ++step) {
      Program whole = program;
      for (std::size_t number = 0; number < ranges_of(whole.steps[step]).size(); ++number) {
        const auto check = [&](const char* change, auto&& apply) {
          Program broken = program;
          StridedRange& range = *ranges_of(broken.steps[step])[number];
          if (!range.per_sample) return;
          if (!apply(range)) return;
          INFO("step " << step << ", range " << number << ": " << change);
          CHECK(checked.is_faulty(broken));
        };
        check("a word further", [](StridedRange& range) {
          range.address += 4;
          return true;
        });
        check("a word less", [](StridedRange& range) {
          range.bytes -= std::min<std::uint64_t>(range.bytes, 4);
          return true;
        });
        check("one row", [&](StridedRange& range) {
          return std::exchange(range.stride, 0) != 0 && stream_of(program.steps[step].job).vectors > 1;
        });
        check("what is there once", [](StridedRange& range) {
          range.per_sample = false;
          return true;
        });
      }
    }
  });
}

TEST_CASE("A program in which a step drains where another does is found out") {
  for_training_programs([](const Checked& checked, const Program& program) {
    for (std::uint32_t step = 1; step < program.steps.size(); ++step) {
      Program broken = program;
      StridedRange& drain = stream_of(broken.steps[step].job).drains[0];
      if (!drain.per_sample) continue;
      drain.address = stream_of(program.steps[step - 1].job).drains[0].address;
      INFO("step " << step);
      CHECK(checked.is_faulty(broken));
    }
  });
}

TEST_CASE("A program in which a tile group's step is on another one or in there twice is found out") {
  for_training_programs([](const Checked& checked, const Program& program) {
    for (std::uint32_t step = 0; step < program.steps.size(); ++step) {
      if (!std::holds_alternative<TileJob>(program.steps[step].job)) continue;
      INFO("step " << step);
      Program elsewhere = program;
      std::uint32_t& group = elsewhere.steps[step].tile_group;
      group = group == 0 ? 1 : group - 1;
      if (checked.groups() > 1) CHECK(checked.is_faulty(elsewhere));
      Program twice = program;
      twice.steps.push_back(program.steps[step]);
      CHECK(checked.is_faulty(twice));
    }
  });
}
