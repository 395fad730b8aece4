#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/operation_case.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

struct Refused {
  OperationCase described;
  std::string text;
};

void check(const std::vector<Refused>& all) {
  for (const Refused& one : all) {
    const ThrownError error = thrown_error([&] { one.described.read(); });
    CHECK(error.text == one.text);
    CHECK(error.code == ExitCode::trace);
  }
}

/// What is wanted of `fields`, and one of them other.
nlohmann::json with(nlohmann::json fields, const std::string& key, const nlohmann::json& value) {
  fields[key] = value;
  return fields;
}

}  // namespace

TEST_CASE("Functions of one value refuse two, and what version 1 does not know") {
  for (const char* kind : {"relu", "gelu", "silu", "sigmoid", "tanh", "softmax", "reshape", "slice"})
    check({{{kind, {{2}, {2}}}, std::string(kind) + ": /inputs: expected 1, got 2"}});
  check({{{"gelu", {{2}}, {{"approximate", "erf"}}}, "gelu: /approximate: expected one of none, tanh; got \"erf\""}});
  const ThrownError unknown = thrown_error([] {
    OperationCase{"gelu", {{2, 2}}, {{"approximate", "tanh"}}, {}, 1}.read();
  });
  CHECK(unknown.text.find("/approximate: unknown key") != std::string::npos);
  for (const char* kind : {"softmax", "silu", "multiply", "parameter", "reshape"}) {
    const ThrownError error = thrown_error([&] { OperationCase{kind, {{2, 2}}, {}, {}, 1}.read(); });
    CHECK(error.text.find("/operation: expected one of linear, rms_norm, gelu") != std::string::npos);
  }
  const ThrownError other = thrown_error([] { OperationCase{"spiral", {{2, 2}}}.read(); });
  CHECK(other.text.find(", upsample, lif, loop; got \"spiral\"") != std::string::npos);
}

TEST_CASE("Normalisations refuse groups that do not divide the channels and keys of other kinds") {
  const nlohmann::json fields{{"gain", nullptr}, {"bias", nullptr}, {"epsilon", 1e-5}, {"groups", 2}};
  check({{{"group_norm", {{6, 2}}, with(fields, "groups", 4)},
          "group_norm: /groups: expected a divisor of the 6 channels, got 4"}});
  const auto refused = [](const OperationCase& described) { return thrown_error([&] { described.read(); }).text; };
  CHECK(refused({"group_norm", {{6, 2}}, with(fields, "groups", 7)}).find("/groups: expected") != std::string::npos);
  CHECK(refused({"layer_norm", {{3}}, with(fields, "epsilon", 0)}).find("/epsilon: expected") != std::string::npos);
  CHECK(refused({"layer_norm", {{3}}, {{"gain", nullptr}, {"epsilon", 1e-5}}}).find("/bias") != std::string::npos);
  CHECK(refused({"rms_norm", {{2, 3}}, {{"gain", nullptr}, {"epsilon", 1e-5}}, {}, 1}).find("/gain") !=
        std::string::npos);
  check({{{"group_norm", {{2, 3}}, {{"gain", "g"}, {"bias", "g"}, {"epsilon", 1e-5}, {"groups", 1}, {"layer", "x"}}},
          "group_norm: /layer: unknown key; expected bias, epsilon, gain, groups, operation"}});
}

TEST_CASE("Sums and products refuse shapes that do not broadcast and two things beside x") {
  check(
      {{{"add", {{2, 3}, {3, 2}}},
        "add: /inputs: expected shapes that are equal or 1 in every dimension from the last on, got [2, 3] and "
        "[3, 2]"},
       {{"multiply", {{2, 3}}, {{"parameter", "p"}}, {{"p", {2}}}},
        "multiply: /parameter: expected shapes that are equal or 1 in every dimension from the last on, got [2, 3] "
        "and [2]"},
       {{"add", {{2}}}, "add: /inputs: expected 2, or 1 with a constant or a parameter"},
       {{"multiply", {{2}, {2}, {2}}}, "multiply: /inputs: expected 2, got 3"},
       {{"add", {{2, 3}, {1, 3}}, {}, {}, 1}, "add: /inputs: expected two values of one shape, got [2, 3] and [1, 3]"},
       {{"add", {{2, 3}}, {{"constant", 1}}, {}, 1}, "add: /inputs: expected 2, got 1"},
       {{"add", {{2}}, {{"constant", 1}, {"parameter", "p"}}, {{"p", {2}}}},
        "add: /parameter: unknown key; expected constant, operation"}});
}

TEST_CASE("Values are joined, cut and reshaped only where that fits") {
  const nlohmann::json cut{{"axis", 1}, {"begin", 1}, {"end", 3}, {"step", 1}};
  const auto refused = [](const OperationCase& described) { return thrown_error([&] { described.read(); }).text; };
  const auto outside = [&](const std::string& key, int value) {
    return refused({"slice", {{2, 3}}, with(cut, key, value)}).find("slice: /" + key + ": expected") == 0;
  };
  CHECK(OperationCase{"slice", {{2, 3}}, cut}.read()->output_shape() == Shape{2, 2});
  CHECK(outside("axis", 2));
  CHECK(outside("begin", 3));
  CHECK(outside("begin", -1));
  CHECK(outside("end", 1));
  CHECK(outside("end", 4));
  CHECK(outside("step", 0));
  check(
      {{{"concatenate", {{2}}, {{"axis", 0}}}, "concatenate: /inputs: expected 2 or more, got 1"},
       {{"concatenate", {{2, 3}, {2, 4}}, {{"axis", 0}}},
        "concatenate: /inputs: expected values that differ along dimension 0 alone, got [2, 3] and [2, 4]"},
       {{"concatenate", {{2, 3}, {3}}, {{"axis", 0}}},
        "concatenate: /inputs: expected values that differ along dimension 0 alone, got [2, 3] and [3]"},
       {{"concatenate", {{40000}, {40000}}, {{"axis", 0}}},
        "concatenate: /inputs: expected at most 65536 along dimension 0, got 80000"},
       {{"reshape", {{2, 3}}, {{"shape", {4, 2}}}}, "reshape: /shape: expected the 6 elements of [2, 3], got [4, 2]"},
       {{"reshape", {{2, 3}}, {{"shape", {65536, 65536, 65536, 65536}}}},
        "reshape: /shape: expected the 6 elements of [2, 3], got [65536, 65536, 65536, 65536]"},
       {{"reshape", {{1}}, {{"shape", nlohmann::json::array()}}}, "reshape: /shape: expected 1..8 dimensions, got 0"},
       {{"reshape", {{1}}, {{"shape", {1, 1, 1, 1, 1, 1, 1, 1, 1}}}},
        "reshape: /shape: expected 1..8 dimensions, got 9"},
       {{"mean", {{2, 3}}, {{"axes", nlohmann::json::array()}, {"keep", true}}}, "mean: /axes: expected at least one"},
       {{"mean", {{2, 3}}, {{"axes", {1, 0}}, {"keep", true}}},
        "mean: /axes: expected dimensions in ascending order, got 0 after 1"},
       {{"mean", {{2, 3}}, {{"axes", {1, 1}}, {"keep", true}}},
        "mean: /axes: expected dimensions in ascending order, got 1 after 1"}});
}

TEST_CASE("Tables and parameters have the dimensions that they are used with") {
  check({{{"parameter", {{2}}, {{"parameter", "p"}}, {{"p", {2}}}}, "parameter: /inputs: expected 0, got 1"},
         {{"parameter", {}, {{"parameter", "p"}}, {{"p", Shape()}}}, "p: expected 1..8 dimensions, got []"},
         {{"embedding", {{2, 2, 2, 2, 2, 2, 2, 2}}, {{"table", "t"}}, {{"t", {4, 3}}}},
          "embedding: /inputs: expected fewer than 8 dimensions, got [2, 2, 2, 2, 2, 2, 2, 2]"}});
  CHECK(OperationCase{"embedding", {{2, 5}}, {{"table", "t"}}, {{"t", {4, 3}}}}.read()->output_shape() ==
        Shape{2, 5, 3});
}
