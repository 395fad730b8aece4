#include <catch2/catch.hpp>
#include <cstddef>
#include <string>

#include "tests/support/spiking_trace.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;
using nlohmann::json;

namespace {

ThrownError refusal(const TraceFiles& files) {
  const TemporaryDirectory directory;
  files.write(directory.path().string());
  ThrownError error = thrown_error([&] { read_trace(directory.path().string()); });
  error.text = error.text.substr(directory.path().string().size() + 1);
  return error;
}

json& body_of(TraceFiles& files) { return files.json["network"]["operations"][0]["body"]["operations"]; }

}  // namespace

TEST_CASE("Spikes other than 0 and 1 are refused with their tensor, sample and place") {
  for (const char* tensor : {"test/inputs", "calibration/inputs"}) {
    TraceFiles files = spiking_trace();
    // Of sample 2, channel 3 of step 1.
    files.tensors.at(tensor).data.at(std::size_t{2} * 12 + 4 + 3) = 5;
    const ThrownError error = refusal(files);
    CHECK(error.code == ExitCode::trace);
    CHECK_THAT(error.text,
               Catch::EndsWith(std::string(tensor) + ": expected spikes, 0 or 1, got 5 at [1, 3] of sample 2"));
  }
}

TEST_CASE("Neurons of a loop that forget their state are refused") {
  TraceFiles files = spiking_trace();
  json& loop = files.json["network"]["operations"][0];
  std::string place = "/network/operations/0/body/operations/3/outputs: ";
  SECTION("what is carried is something else") { loop["carried"][1]["next"] = "current"; }
  SECTION("nothing is carried: the state is always that of the first step") {
    loop["carried"].erase(1);
    json zero = {{"name", "membrane"},
                 {"operation", "multiply"},
                 {"inputs", {"heard"}},
                 {"outputs", {"membrane"}},
                 {"constant", 0.0}};
    body_of(files).insert(body_of(files).begin(), zero);
    place = "/network/operations/0/body/operations/4/outputs: ";
  }
  SECTION("the membrane is only given away") {
    loop["carried"][1]["next"] = "current";
    loop["outputs"] = {"all", "left"};
    loop["results"].push_back({{"value", "left"}, {"from", "after"}, {"take", "last"}});
  }
  const ThrownError error = refusal(files);
  CHECK(error.code == ExitCode::trace);
  CHECK_THAT(error.text, Catch::Contains(place + "expected the membrane of neurons in a loop to be carried on: after"));
}

TEST_CASE("A membrane that another operation reads first may be carried on") {
  TraceFiles files = spiking_trace();
  json& loop = files.json["network"]["operations"][0];
  json leaked = {
      {"name", "leaked"}, {"operation", "multiply"}, {"inputs", {"after"}}, {"outputs", {"leaked"}}, {"constant", 1.0}};
  body_of(files).push_back(leaked);
  loop["carried"][1]["next"] = "leaked";
  const TemporaryDirectory directory;
  files.write(directory.path().string());
  CHECK_NOTHROW(read_trace(directory.path().string()));
}
