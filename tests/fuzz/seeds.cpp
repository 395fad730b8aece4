#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "tests/support/adapter_file.hpp"
#include "tests/support/small_trace.hpp"

using namespace palimpsest;
using nlohmann::json;

namespace {

std::string content(const std::string& path) {
  std::ifstream stream(std::string(PALIMPSEST_SOURCE_DIR "/") + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

json document(const std::string& path) { return json::parse(content(path)); }

std::string digits_of(const std::string& bytes) {
  static const std::string digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4U];
    text += digits[static_cast<unsigned char>(byte) & 0xFU];
  }
  return text;
}

class Seeds {
 public:
  explicit Seeds(std::filesystem::path directory) : directory_(std::move(directory)) {}

  void write(const std::string& harness, const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(directory_ / harness);
    std::ofstream(directory_ / harness / name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path directory_;
};

/// The input that describes an architecture and the files that it names.
json chip(const std::string& name, const std::string& cell) {
  json input{{"chip", document("arch/" + name + ".json")}};
  json& architecture = input["chip"];
  input["energy.json"] = document("arch/" + architecture["energy"].get<std::string>());
  input["gpu.json"] = document("arch/" + architecture["baselines"]["gpu"].get<std::string>());
  input["cell.json"] = document("arch/cells/" + cell + ".json");
  input["retention.json"] = document("arch/retention/cmo.json");
  input["map.csv"] = "tile,row,column,state\n0,1,2,low\n3,4,5,high\n";
  architecture["energy"] = "energy.json";
  architecture["baselines"]["gpu"] = "gpu.json";
  architecture["resistive_memory"] = "cell.json";
  input["cell.json"]["retention"] = "retention.json";
  input["set"] = {"/tile/adc/bits=6", "/resistive_memory/faults/map=map.csv"};
  return input;
}

json trace(const std::string& trace_text, const std::string& tensors) {
  std::uint64_t length = 0;
  for (std::size_t byte = 8; byte-- > 0;) length = length << 8U | static_cast<unsigned char>(tensors[byte]);
  return {{"trace", json::parse(trace_text)},
          {"header", json::parse(tensors.substr(8, length))},
          {"data", digits_of(tensors.substr(8 + length))}};
}

}  // namespace

int main(int, char* argv[]) {
  const Seeds seeds(argv[1]);
  for (const char* cell : {"gate", "climbing", "jumping"})
    seeds.write("architecture", cell, chip("rm180", cell).dump());
  seeds.write("architecture", "board", chip("rm180-board", "gate").dump());
  seeds.write("json_syntax", "chip", content("arch/rm180.json"));

  const test::TraceFiles small = test::small_trace();
  const std::string tensors = test::safetensors_bytes(small.tensors);
  seeds.write("trace", "small", trace(small.json.dump(), tensors).dump());
  for (const auto& [name, task] : {std::pair{"regress", TaskKind::regress}, {"score", TaskKind::score}}) {
    const test::TraceFiles files = test::small_trace(task);
    seeds.write("trace", name, trace(files.json.dump(), test::safetensors_bytes(files.tensors)).dump());
  }
  seeds.write("safetensors", "small", tensors);
  const LowRankPair pair{Eigen::MatrixXf::Ones(2, 3), Eigen::MatrixXf::Ones(4, 2), 0.5F};
  seeds.write("adapter", "small", test::adapter_file_bytes({"forget", {{"head", pair}}}, {{"seed", "1"}}));
  for (const char* name : {"reference-cells", "tiny-weights", "wrong-reference"}) {
    const std::string directory = std::string("tests/support/cases/") + name;
    const std::string of_case = content(directory + "/tensors.safetensors");
    seeds.write("trace", name, trace(content(directory + "/trace.json"), of_case).dump());
    seeds.write("safetensors", name, of_case);
  }
  const std::string irdrop = "tests/support/irdrop/";
  seeds.write("crossbar", "n8",
              "2.5\n50\n0\n1000\n--\n" + content(irdrop + "conductance_n8_r2.5_full.csv") + "--\n" +
                  content(irdrop + "voltage_n8_r2.5_full.csv"));
  return 0;
}
