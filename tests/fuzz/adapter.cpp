#include "sim/trace/adapter_file.hpp"

#include "tests/fuzz/harness.hpp"

using namespace palimpsest;

namespace {

/// One layer of 3 inputs and 4 outputs, rank 2.
Adapter replaced() {
  Adapter adapter;
  adapter.name = "forget";
  adapter.layers.emplace("head", LowRankPair{Eigen::MatrixXf::Zero(2, 3), Eigen::MatrixXf::Zero(4, 2), 1.0F});
  return adapter;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string content = fuzz::text_of(data, size);
  const std::string path = fuzz::write_file("adapter", content);
  const bool accepted = fuzz::accepts(ExitCode::trace, {path + ": "}, [&] {
    const AdapterFile file = read_adapter_file(path, replaced());
    fuzz::expect(file.adapter.name == "forget" && file.adapter.layers.size() == 1, "another adapter");
    const LowRankPair& pair = file.adapter.layers.at("head");
    fuzz::expect(pair.a.rows() == 2 && pair.a.cols() == 3 && pair.b.rows() == 4 && pair.b.cols() == 2, "another shape");
    fuzz::expect(pair.a.allFinite() && pair.b.allFinite() && pair.scale != 0.0F, "numbers that are not usable");
  });
  fuzz::count_input(accepted, content);
  return 0;
}
