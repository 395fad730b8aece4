#include <catch2/catch.hpp>

#include "tests/support/workplace.hpp"

namespace palimpsest {
namespace {

/// The small trace with its test samples ten times over: more than one thread computes at a time.
class ThreadsWorkplace : public test::Workplace {
 public:
  ThreadsWorkplace() {
    test::TraceFiles trace = test::small_trace();
    for (auto& [name, tensor] : trace.tensors) {
      if (name.rfind("test/", 0) != 0 && name.rfind("reference/", 0) != 0) continue;
      tensor.shape[0] *= times;
      const std::string once = tensor.data;
      for (std::uint64_t more = 1; more < times; ++more) tensor.data += once;
    }
    trace.write(path("trace"));
  }

  std::string report(const std::string& threads) const {
    const test::CommandResult result = run_small({"--age", "30d", "--quiet", "--threads", threads});
    INFO(result.errors);
    REQUIRE(result.exit_code == 0);
    return test::file_content(path("report.json"));
  }

 private:
  static constexpr std::uint64_t times = 10;
};

}  // namespace

TEST_CASE("A run on several threads writes the report of one") {
  const ThreadsWorkplace workplace;
  CHECK(workplace.report("1") == workplace.report("4"));
}

}  // namespace palimpsest
