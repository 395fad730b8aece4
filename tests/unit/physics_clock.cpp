#include <catch2/catch.hpp>

#include "models/physics/adc.hpp"
#include "models/physics/clock.hpp"
#include "models/physics/dac.hpp"
#include "models/physics/lora_mac.hpp"
#include "models/physics/tile_config.hpp"

using namespace palimpsest;

TEST_CASE("A time takes the whole cycles that cover it") {
  const Clock clock{10'000};
  CHECK(clock.cycles_for_ns(0.0) == 0);
  CHECK(clock.cycles_for_ns(0.1) == 1);
  CHECK(clock.cycles_for_ns(10.0) == 1);
  CHECK(clock.cycles_for_ns(10.001) == 2);
  CHECK(clock.cycles_for_ns(100.0) == 10);
}

TEST_CASE("A time that is a whole number of cycles in decimals takes no cycle more") {
  // In binary 0.3 / 0.1 and 1.1 / 0.1 lie above or below the whole number.
  const Clock clock{100};
  for (const int cycles : {1, 3, 7, 11, 23, 1'000'003}) {
    CHECK(clock.cycles_for_ns(0.1 * cycles) == static_cast<std::uint64_t>(cycles));
  }
}

TEST_CASE("Not even one of very many cycles") {
  // 262,144.1 ns is 26,214,410 x 10 ps, and 26,214,410.000000004 as doubles have it.
  const Clock clock{10};
  for (std::uint64_t tenths = 2'621'441; tenths < 2'622'441; ++tenths)
    REQUIRE(clock.cycles_for_ns(static_cast<double>(tenths) / 10.0) == 10 * tenths);
  CHECK(clock.cycles_for_ns(1e6) == 100'000'000);
  CHECK(clock.cycles_for_ns(999'999.991) == 100'000'000);
}

TEST_CASE("Cycles become seconds by the period") {
  CHECK(Clock{10'000}.seconds(3) == Approx(30e-9).epsilon(1e-12));
  CHECK(Clock{20'000}.seconds(50'000'000) == Approx(1.0).epsilon(1e-12));
}

TEST_CASE("Integer division rounds up") {
  CHECK(ceil_div(0, 4) == 0);
  CHECK(ceil_div(1, 4) == 1);
  CHECK(ceil_div(4, 4) == 1);
  CHECK(ceil_div(5, 4) == 2);
}

TEST_CASE("The DAC bank loads its codes by the width of its port and then settles") {
  DacConfig config;
  config.bits = 8;
  config.load_width_bits = 256;
  config.settling_ns = 100.0;
  CHECK(dac_cycles(config, load_bits(config, InputEncoding::bipolar, LineInputs::codes, 32), Clock{10'000}) == 1 + 10);
  CHECK(dac_cycles(config, load_bits(config, InputEncoding::bipolar, LineInputs::codes, 33), Clock{10'000}) == 2 + 10);
  CHECK(dac_cycles(config, load_bits(config, InputEncoding::bipolar, LineInputs::codes, 128), Clock{10'000}) == 4 + 10);
}

TEST_CASE("Converters take turns at the lines they share") {
  AdcConfig config;
  config.count = 16;
  config.conversion_ns = 100.0;
  config.multiplexer_ns = 0.0;
  CHECK(adc_cycles(config, 16, Clock{10'000}) == 10);
  CHECK(adc_cycles(config, 17, Clock{10'000}) == 20);
  // Multiplexer and conversion are one time, rounded up once.
  config.multiplexer_ns = 5.0;
  CHECK(adc_conversion_cycles(config, Clock{10'000}) == 11);
  config.conversion_ns = 95.0;
  CHECK(adc_conversion_cycles(config, Clock{10'000}) == 10);
}

TEST_CASE("Array and amplifiers take their own time") {
  TileConfig tile;
  tile.crossbar.read_ns = 101.0;
  tile.sensing.transfer_ns = 195.0;
  CHECK(array_cycles(*sensing_of(tile), Clock{10'000}) == 11);
  CHECK(transfer_cycles(*sensing_of(tile), Clock{10'000}) == 0);
  tile.sensing.kind = SensingKind::integrator;
  CHECK(array_cycles(*sensing_of(tile), Clock{10'000}) == 11);
  CHECK(transfer_cycles(*sensing_of(tile), Clock{10'000}) == 20);
}

TEST_CASE("The LoRA unit works through a product in blocks of its size") {
  LoraUnitConfig config;
  config.rows = 8;
  config.columns = 16;
  config.pipeline_cycles = 4;
  CHECK(lora_product_cycles(config, 8, 16) == 1 + 4);
  CHECK(lora_product_cycles(config, 9, 16) == 2 + 4);
  CHECK(lora_product_cycles(config, 9, 17) == 4 + 4);
  CHECK(lora_product_cycles(config, 9, 17, 5) == 5 * 4 + 4);
}

TEST_CASE("Results of the LoRA unit come as many at a time as it has rows") {
  LoraUnitConfig config;
  config.rows = 8;
  config.columns = 16;
  CHECK(lora_result_cycles(config, 8, 17) == 0);
  CHECK(lora_result_cycles(config, 9, 16) == 1);
  CHECK(lora_result_cycles(config, 25, 17) == 3 * 2);
  config.step_cycles = 5;
  CHECK(lora_result_cycles(config, 25, 17) == 3 * 2 * 5);
}
