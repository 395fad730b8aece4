#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/operation_case.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

void check(const VectorOperations& counted, const VectorOperations& expected) {
  CHECK(counted.adds == expected.adds);
  CHECK(counted.macs == expected.macs);
  CHECK(counted.lookups == expected.lookups);
  CHECK(counted.moves == expected.moves);
}

struct Costs {
  OperationCase described;
  bool row_by_row;
  VectorOperations forward;   ///< of a row, or of all
  VectorOperations backward;  ///< of the gradient of x, likewise
};

void check(const Costs& costs) {
  INFO(costs.described.kind << ' ' << costs.described.description);
  const std::unique_ptr<Operation> operation = costs.described.read();
  CHECK(operation->work().row_by_row == costs.row_by_row);
  check(operation->work().operations, costs.forward);
  const InputGradient rule = operation->input_gradients().at(0);
  REQUIRE(rule.work);
  CHECK(rule.input == 0);
  CHECK(rule.work->row_by_row == costs.row_by_row);
  check(rule.work->operations, costs.backward);
}

}  // namespace

// Two rows of ten.
TEST_CASE("Functions of one element cost the same for each") {
  check({{"relu", {{2, 10}}}, true, {10, 0, 0, 0}, {10, 0, 0, 0}});
  for (const char* kind : {"gelu", "silu"}) check({{kind, {{2, 10}}}, true, {0, 10, 10, 0}, {0, 20, 10, 0}});
  for (const char* kind : {"sigmoid", "tanh"}) check({{kind, {{2, 10}}}, true, {0, 10, 10, 0}, {0, 20, 0, 0}});
  for (const char* kind : {"sigmoid", "tanh", "softmax"}) {
    const InputGradient rule = OperationCase{kind, {{2, 10}}}.read()->input_gradients().at(0);
    CHECK(rule.output_read);
    CHECK(rule.inputs_read.empty());
  }
}

TEST_CASE("Behind a product a stored value that is added comes to the product's step, and a constant is in it") {
  check(*OperationCase{"add", {{2, 10}, {2, 10}}}.read()->elementwise(), {0, 1, 0, 0});
  check(*OperationCase{"add", {{2, 10}}, {{"constant", 2}}}.read()->elementwise(), {1, 0, 0, 0});
  check(*OperationCase{"multiply", {{2, 10}, {2, 10}}}.read()->elementwise(), {0, 1, 0, 0});
}

TEST_CASE("Softmax takes a reciprocal a row") {
  check({{"softmax", {{2, 10}}}, true, {30, 20 + 4, 10 + 1, 0}, {10, 20, 0, 0}});
}

TEST_CASE("Normalisations take statistics and a reciprocal root a row or a group") {
  const nlohmann::json bare{{"gain", nullptr}, {"bias", nullptr}, {"epsilon", 1e-5}};
  const nlohmann::json biased{{"gain", nullptr}, {"bias", "b"}, {"epsilon", 1e-5}};
  const nlohmann::json both{{"gain", "g"}, {"bias", "b"}, {"epsilon", 1e-5}};
  // Mean 1, root 7 and a lookup; backward two more means.
  check({{"layer_norm", {{2, 10}}, bare}, true, {20, 20 + 8, 1, 0}, {40, 50 + 10, 1, 0}});
  check({{"layer_norm", {{2, 10}}, biased}, true, {30, 20 + 8, 1, 0}, {40, 50 + 10, 1, 0}});
  check({{"layer_norm", {{2, 10}}, both}, true, {20, 30 + 8, 1, 0}, {40, 60 + 10, 1, 0}});
  const nlohmann::json grouped{{"gain", "g"}, {"bias", "b"}, {"epsilon", 1e-5}, {"groups", 3}};
  check({{"group_norm", {{6, 4}}, grouped}, false, {48, 72 + 24, 3, 0}, {96, 144 + 30, 3, 0}});
  check({{"rms_norm", {{2, 10}}, {{"gain", nullptr}, {"epsilon", 1e-5}}}, true, {0, 27, 1, 0}, {0, 70, 0, 0}});
  check({{"rms_norm", {{2, 10}}, {{"gain", "g"}, {"epsilon", 1e-5}}}, true, {0, 37, 1, 0}, {0, 80, 0, 0}});

  const auto rules = OperationCase{"layer_norm", {{2, 10}}, both}.read()->parameter_gradients();
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].parameter == "g");
  CHECK(rules[0].inputs_read == std::vector<std::uint32_t>{0});
  check(rules[0].operations, {40, 60 + 16, 2, 0});
  CHECK(rules[1].parameter == "b");
  CHECK(rules[1].inputs_read.empty());
  check(rules[1].operations, {20, 0, 0, 0});
  CHECK(OperationCase{"layer_norm", {{2, 10}}, bare}.read()->parameter_gradients().empty());
  CHECK(OperationCase{"layer_norm", {{2, 10}}, bare}.read()->digital_parameters().empty());
}

TEST_CASE("What a parameter of a sum, a product or a table is trained with") {
  const std::map<std::string, Shape> parameters{{"p", {3, 1}}, {"t", {7, 5}}};
  const auto rule_of = [&](const std::string& kind, const Shape& x, const std::string& key, const std::string& name) {
    return OperationCase{kind, {x}, {{key, name}}, parameters}.read()->parameter_gradients().at(0);
  };
  check(rule_of("add", {2, 3, 4}, "parameter", "p").operations, {24, 0, 0, 0});
  CHECK(rule_of("add", {2, 3, 4}, "parameter", "p").inputs_read.empty());
  check(rule_of("multiply", {2, 3, 4}, "parameter", "p").operations, {0, 24, 0, 0});
  CHECK(rule_of("multiply", {2, 3, 4}, "parameter", "p").inputs_read == std::vector<std::uint32_t>{0});
  check(rule_of("embedding", {4}, "table", "t").operations, {20, 4, 0, 0});
  CHECK(rule_of("embedding", {4}, "table", "t").rows == 4U);
  CHECK(rule_of("embedding", {9}, "table", "t").rows == 7U);
}
