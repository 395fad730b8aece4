#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "sim/run/run_record.hpp"
#include "tests/support/small_trace.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

std::vector<std::string> names_of(const Trace& trace, const RunSelection& selection) {
  std::vector<std::string> names;
  for (const RecordedEvaluation& evaluation : recorded_evaluations(trace, selection))
    names.push_back(evaluation.name + " " + trace.phases[evaluation.phase].name + " " +
                    std::to_string(evaluation.samples.size()));
  return names;
}

}  // namespace

TEST_CASE("A run records machines, their float networks, and the forgotten without adapters") {
  using Names = std::vector<std::string>;
  const Trace trace = read_small_trace();
  CHECK(names_of(trace, {}) == Names{"hybrid learn 6", "hybrid_float learn 6", "rm_rewrite learn 6",
                                     "rm_rewrite_float learn 6", "hybrid unlearn 6", "hybrid_float unlearn 6",
                                     "hybrid_without_adapter unlearn 2", "rm_rewrite unlearn 6",
                                     "rm_rewrite_float unlearn 6"});
  RunSelection selection;
  selection.phases = {"unlearn"};
  selection.rm_rewrite = false;
  CHECK(names_of(trace, selection) ==
        Names{"hybrid unlearn 6", "hybrid_float unlearn 6", "hybrid_without_adapter unlearn 2"});
  CHECK(names_of(read_small_trace(TaskKind::score), selection) == Names{"hybrid unlearn 3", "hybrid_float unlearn 3"});
}

TEST_CASE("Of the float network the references are recorded, and nothing that nobody wants") {
  const Trace trace = read_small_trace();
  std::map<std::string, Eigen::MatrixXf> outputs;
  RunRecord record;
  record.outputs = [&](const std::string& name, std::size_t phase, std::size_t first, const Eigen::MatrixXf& rows) {
    CHECK(first == 0);
    outputs[name + " " + trace.phases[phase].name] = rows;
  };
  record_float(trace, {}, record);
  CHECK(outputs.size() == 4);
  CHECK(outputs.at("hybrid_float unlearn") == trace.phases[1].hybrid.reference);
  CHECK(outputs.at("rm_rewrite_float unlearn") == trace.phases[1].rewrite.reference);
  record_float(trace, {}, {});
}
