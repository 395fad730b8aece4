// Products of tiles as evaluation computes them, energy included: a layer of 768 inputs and 3072 outputs on tiles of
// 128 x 128, 64 vectors at once, one core. `items_per_second` are tile products: one vector through one tile.
// bench_limit tells in the same units what a core can do.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/physics/analogue_tile.hpp"
#include "models/physics/weight_columns.hpp"

using namespace palimpsest;
using Eigen::Index;

namespace {

constexpr Index inputs = 768;
constexpr Index outputs = 3072;
constexpr Index vectors = 64;
constexpr Index rows = 128;
constexpr Index lines = 127;  ///< and the reference

TileConfig quantised() {
  TileConfig config;
  config.dac.bits = 8;
  config.adc.bits = 8;
  return config;
}

TileConfig noisy_with_ir_drop() {
  TileConfig config = quantised();
  config.tia.noise_volt = 1e-3;
  config.ir_drop = IrDropModel::exact;
  config.wires = {0.7, 0.7, 0.0, 0.0};
  return config;
}

/// The layer on its tiles, which all hold the same cells: what they hold takes no time, but solving their wires does.
class Layer {
 public:
  Layer(const TileConfig& config, const CellConfig& cell) : columns_(cell, 45.0, config.mapping, 1.0) {
    RandomStream stream(1, RandomPurpose::cell_traits, 0, 0);
    const Eigen::MatrixXf weights = (0.3F * normal_matrix(stream, rows, lines)).cwiseMin(1.0F).cwiseMax(-1.0F);
    codes_ = (40.0F * normal_matrix(stream, vectors, inputs).array()).round().cwiseMin(127.0F).cwiseMax(-127.0F);
    const auto tile_of = [&](Index width) {
      AnalogueTile tile(config, cell, columns_.targets(weights.leftCols(width)),
                        columns_.lines(static_cast<std::uint32_t>(width)), 1, 0);
      tile.set_adc_range(tile.largest_volt(codes_.leftCols(rows)));
      return tile;
    };
    const AnalogueTile full = tile_of(lines);
    const AnalogueTile last = tile_of(outputs % lines);
    for (Index input = 0; input < inputs; input += rows) {
      for (Index output = 0; output < outputs; output += lines) {
        blocks_.push_back({input, output, std::min(lines, outputs - output)});
        tiles_.push_back(blocks_.back().width == lines ? full : last);
      }
    }
  }

  std::int64_t products() const { return static_cast<std::int64_t>(blocks_.size()) * vectors; }

  RowMatrixXf operator()(ReadActivity& activity) const {
    RowMatrixXf sums = RowMatrixXf::Zero(vectors, outputs);
    const ReadKey key{1, 0, 0, 0, 1};
    LineDrive drive;
    Index driven = -1;
    for (std::size_t tile = 0; tile < tiles_.size(); ++tile) {
      const auto& [input, output, width] = blocks_[tile];
      if (input != driven) drive = tiles_[tile].drive(codes_.middleCols(input, rows), key);
      driven = input;
      tiles_[tile].add_products(drive, key, columns_.slice_weights(), sums.middleCols(output, width), activity);
    }
    return sums;
  }

 private:
  struct Block {
    Index input, output, width;
  };

  WeightColumns columns_;
  Eigen::MatrixXf codes_;
  std::vector<Block> blocks_;
  std::vector<AnalogueTile> tiles_;
};

void products(benchmark::State& state, const TileConfig& config, double read_noise) {
  CellConfig cell;
  cell.read_noise = read_noise;
  const Layer layer(config, cell);
  for (auto _ : state) {
    ReadActivity activity;
    benchmark::DoNotOptimize(layer(activity));
    benchmark::DoNotOptimize(activity);
  }
  state.SetItemsProcessed(state.iterations() * layer.products());
}

void products_quantised(benchmark::State& state) { products(state, quantised(), 0.0); }
void products_noisy_ir_drop(benchmark::State& state) { products(state, noisy_with_ir_drop(), 0.02); }

BENCHMARK(products_quantised)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(products_noisy_ir_drop)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

int main(int argc, char** argv) {
  // As the program does: Eigen then cuts sums alike on every machine.
  Eigen::setCpuCacheSizes(32 << 10, 512 << 10, 4 << 20);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
