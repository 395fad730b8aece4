#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/support/large_convolution.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/spilled.hpp"

using namespace palimpsest;
using namespace palimpsest::test;
using nlohmann::json;

// Images that the SRAM buffer does not hold.

namespace {

Network convolutions() {
  NetworkBuilder builder({3, 12, 12});
  const auto first = builder.relu(builder.conv2d(0, "first", {8, 3, 3, 3}, 1, "bias"));
  const auto second = builder.relu(builder.conv2d(first, "second", {12, 4, 3, 3}, 2));
  const auto pooled = builder.add("mean", {second}, {{"axes", {1, 2}}, {"keep", false}});
  builder.linear(pooled, 5, "head", "head bias");
  return builder.network();
}

/// Windows that overlap, with rows of padding and gaps between them, on the vector unit.
Network pooled_images() {
  NetworkBuilder builder({2, 20, 20});
  const auto first = builder.relu(builder.conv2d(0, "first", {6, 2, 3, 3}, 1, "bias"));
  const auto depthwise = builder.relu(builder.conv2d(first, "depthwise", {6, 1, 3, 3}, 6, "depthwise bias"));
  const auto largest =
      builder.add("max_pool2d", {depthwise}, {{"kernel", {3, 3}}, {"stride", {2, 1}}, {"padding", {1, 0}}});
  const auto means =
      builder.add("average_pool2d", {largest},
                  {{"kernel", {2, 2}}, {"stride", {3, 2}}, {"padding", {0, 0}}, {"count_padding", true}});
  const auto pooled = builder.add("mean", {means}, {{"axes", {1, 2}}, {"keep", false}});
  builder.linear(pooled, 5, "head", "head bias");
  return builder.network();
}

struct Words {
  std::uint64_t loaded = 0;
  std::uint64_t stored = 0;
};

Words words_moved(const Program& program) {
  Words words;
  for (const OffChipJob& job : jobs_of<OffChipJob>(program))
    (job.loads() ? words.loaded : words.stored) += job.vectors * off_chip_words(job.memory.bytes);
  return words;
}

/// A convolution down, up again, and the image of before beside it; rows that end within a word.
Network up_and_down() {
  NetworkBuilder builder({3, 14, 9});
  const auto first = builder.relu(builder.conv2d(0, "first", {6, 3, 3, 2}, 1, "bias"));
  const auto normal =
      builder.add("group_norm", {first}, {{"groups", 3}, {"gain", "g"}, {"bias", "b"}, {"epsilon", 1e-5}},
                  {{"g", Shape{6}}, {"b", Shape{6}}});
  const auto small =
      builder.add("average_pool2d", {normal},
                  {{"kernel", {2, 2}}, {"stride", {2, 2}}, {"padding", {0, 0}}, {"count_padding", true}});
  const auto large = builder.add("upsample", {small}, {{"factor", {2, 2}}, {"mode", "bilinear"}});
  const auto both = builder.add("concatenate", {large, normal}, {{"axis", 0}});
  const auto scaled = builder.add("multiply", {both}, {{"parameter", "scale"}}, {{"scale", Shape{12, 1, 1}}});
  const auto some = builder.add("slice", {scaled}, {{"axis", 1}, {"begin", 1}, {"end", 12}, {"step", 2}});
  const auto last = builder.add("permute", {some}, {{"order", {1, 2, 0}}});
  const auto flat = builder.add("reshape", {last}, {{"shape", {6 * 8 * 12}}});
  builder.linear(flat, 6, "head", "head bias");
  return builder.network();
}

/// Channels weighed by their own means, put in another order: sums over images, and back over them.
Network weighed_channels() {
  NetworkBuilder builder({12, 10, 9});
  const auto image = builder.norm(0, "gain");
  const auto means = builder.add("mean", {image}, {{"axes", {1, 2}}, {"keep", true}});
  const auto weighed = builder.add("multiply", {image, means});
  const auto columns = builder.add("mean", {weighed}, {{"axes", {0, 2}}, {"keep", true}});
  const auto rows = builder.add("permute", {builder.sum(weighed, columns)}, {{"order", {1, 0, 2}}});
  const auto last = builder.add("permute", {rows}, {{"order", {1, 2, 0}}});
  const auto one = builder.add("mean", {last}, {{"axes", {0, 1, 2}}, {"keep", true}});
  const auto scaled = builder.add("multiply", {builder.sum(last, one)}, {{"parameter", "s"}}, {{"s", Shape{9, 1}}});
  builder.linear(builder.add("mean", {scaled}, {{"axes", {0, 1}}, {"keep", false}}), 5, "head");
  return builder.network();
}

/// Bytes that vector-unit jobs read and write.
std::uint64_t vector_unit_bytes(const Program& program) {
  std::uint64_t bytes = 0;
  for (const VectorJob& job : jobs_of<VectorJob>(program)) {
    for (const auto* ranges : {&job.preloads, &job.fetches, &job.drains}) {
      for (const StridedRange& range : *ranges) bytes += job.vectors * range.rows * range.bytes;
    }
  }
  return bytes;
}

/// A network of one operation.
Network network_of(const Shape& input, const std::string& kind, const json& description,
                   const std::map<std::string, Shape>& parameters = {}) {
  NetworkBuilder builder(input);
  builder.add(kind, {0}, description, parameters);
  return builder.network();
}

Program inference_with(const Network& network, std::uint32_t kib) {
  const Architecture chip = spilling_chip(kib);
  const TileMap map = map_to_tiles(network, chip);
  return inference_program({chip, network, map}, {}, 1);
}

}  // namespace

TEST_CASE("Convolutions compute the same where images and windows go through the off-chip memory") {
  check_spilled(convolutions(), {16, 13, 8, 4});
}

TEST_CASE("Pooling and depth-wise convolutions compute the same in bands of rows") {
  check_spilled(pooled_images(), {24, 20, 16, 6, 4});
}

TEST_CASE("Images that are normalised, made larger, joined, cut and put in another order compute the same in parts") {
  check_spilled(up_and_down(), {24, 20, 16, 8, 6});
}

TEST_CASE("Sums over images that are larger than the buffer, and images spread again, compute the same in bands") {
  check_spilled(weighed_channels(), {16, 12, 6, 3, 2});
}

TEST_CASE("However an image is cut by channels and rows, what it is made of is read once and its result written once") {
  const json windows = {{"weight", "w"},    {"bias", "b"},       {"groups", 640},
                        {"stride", {2, 2}}, {"padding", {0, 0}}, {"dilation", {1, 1}}};
  const json pooling = {{"kernel", {2, 2}}, {"stride", {2, 2}}, {"padding", {0, 0}}, {"count_padding", true}};
  const json norm = {{"groups", 160}, {"gain", "g"}, {"bias", "b"}, {"epsilon", 1e-5}};
  const std::vector<Network> networks{
      network_of({640, 8, 8}, "conv2d", windows, {{"w", Shape{640, 1, 2, 2}}, {"b", Shape{640}}}),
      network_of({640, 8, 8}, "group_norm", norm, {{"g", Shape{640}}, {"b", Shape{640}}}),
      network_of({640, 8, 8}, "average_pool2d", pooling),
      network_of({64, 32, 16}, "permute", {{"order", {1, 0, 2}}}),
      network_of({64, 16, 32}, "permute", {{"order", {1, 2, 0}}}),
      network_of({640, 8, 8}, "mean", {{"axes", {1, 2}}, {"keep", true}}),
      network_of({8, 64, 64}, "multiply", {{"parameter", "s"}}, {{"s", Shape{8, 64, 1}}})};
  for (std::size_t number = 0; number < networks.size(); ++number) {
    const Network& network = networks[number];
    const std::uint64_t once = vector_unit_bytes(inference_with(network, 65'536));
    for (const std::uint32_t kib : {64U, 24U, 16U, 8U}) {
      INFO("network " << number << ", " << kib << " KiB");
      const Program planned = inference_with(network, kib);
      CHECK(uses_off_chip(planned));
      CHECK(vector_unit_bytes(planned) == once);
      for (const VectorJob& job : jobs_of<VectorJob>(planned)) CHECK(job.fetches.size() + job.drains.size() <= 4);
    }
  }
}

TEST_CASE("Bands of a sum over an image read what those before them summed") {
  const Network network = network_of({8, 64, 32}, "mean", {{"axes", {0, 1, 2}}, {"keep", true}});
  const std::uint64_t once = vector_unit_bytes(inference_with(network, 65'536));
  for (const std::uint32_t kib : {16U, 4U, 1U}) {
    INFO(kib << " KiB");
    const Program planned = inference_with(network, kib);
    const std::size_t bands = jobs_of<VectorJob>(planned).size();
    CHECK(bands > 4);
    CHECK(vector_unit_bytes(planned) == once + (bands - 1) * 2 * 4);  // a word, read and written
  }
}

TEST_CASE("Pooled and permuted images of any size pass the off-chip memory once each way") {
  // The image comes in and is used, and the result is made and sent.
  const std::uint64_t image = 32 * 64 * 64 / 2;
  const json pooling = {{"kernel", {2, 2}}, {"stride", {2, 2}}, {"padding", {0, 0}}, {"count_padding", true}};
  const Network pooled = network_of({32, 64, 64}, "average_pool2d", pooling);
  const Network permuted = network_of({32, 64, 64}, "permute", {{"order", {1, 0, 2}}});
  for (const std::uint32_t kib : {16U, 8U, 4U, 2U}) {
    INFO(kib << " KiB");
    const Words of_pooled = words_moved(inference_with(pooled, kib));
    CHECK(of_pooled.loaded == image + image / 4);
    CHECK(of_pooled.stored == image + image / 4);
    const Words of_permuted = words_moved(inference_with(permuted, kib));
    CHECK(of_permuted.loaded == 2 * image);
    CHECK(of_permuted.stored == 2 * image);
  }
}

TEST_CASE("A convolution of 64 channels of 32 x 32 runs with 256 KiB, each word of its windows once each way") {
  const Network network = large_convolution();
  const Architecture chip = read_architecture(
      std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json",
      {{"/sram/activation_bits", "16"}, {"/tile/adc/bits", "12"}, {"/data_path/tile_groups", "false"}});
  REQUIRE(capacity_bytes(chip.sram) == 256 * 1024);
  const TileMap map = map_to_tiles(network, chip);
  const ProgramContext context{chip, network, map};
  // Of each convolution the windows, the partial sums of the blocks of inputs, and one of the images after it.
  const std::uint64_t image = 64 * 32 * 32 / 2;
  std::uint64_t stored = 0;
  for (const char* weight : {"w", "v"}) {
    std::set<std::uint32_t> blocks_of_inputs;
    for (const std::uint32_t tile : map.weights[map.number_of(weight)].tiles)
      blocks_of_inputs.insert(map.blocks[tile].first_input);
    stored += (9 + blocks_of_inputs.size() + 1) * image;
  }
  const Words inference = words_moved(inference_program(context, {}, 1));
  CHECK(inference.stored == stored);
  // But what the buffer still held.
  CHECK(inference.loaded <= stored);
  CHECK(inference.loaded + 256 * 1024 / 4 > stored);

  // In training no value is stored twice, though images are written in bands.
  TrainingTask task;
  task.batch_size = 1;
  Architecture roomy = chip;
  roomy.sram.bank_kib = 16'384;
  const Words training = words_moved(training_programs(context, task).batch);
  const std::uint64_t values = training_programs({roomy, network, map}, task).batch.slot_bytes / 4;
  CHECK(training.stored < values);
}
