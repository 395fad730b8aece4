#include <Eigen/Core>
#include <catch2/catch.hpp>

#include "models/physics/analogue_tile.hpp"
#include "models/physics/energy.hpp"
#include "tests/support/numpy_reference.hpp"
#include "tests/support/sense_lines.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

constexpr std::uint32_t columns = 3;

TileConfig tile(InputEncoding inputs, GatedInputs gated) {
  TileConfig config;
  config.dac.bits = 4;
  config.adc.bits = 16;
  config.mapping.inputs = inputs;
  config.dac.gated_inputs = gated;
  return config;
}

Eigen::MatrixXf conductances() { return Eigen::MatrixXf{{20, 70, 45}, {60, 30, 45}, {50, 15, 45}, {75, 40, 45}}; }

/// Of two vectors, in codes of 4 bits.
Eigen::MatrixXf spikes() { return Eigen::MatrixXf{{7, 0, 0, 7}, {0, 7, 0, 0}}; }
Eigen::MatrixXf codes() { return Eigen::MatrixXf{{5, 0, -3, 7}, {0, 0, 0, 4}}; }

Eigen::MatrixXf read(const TileConfig& config, const Eigen::MatrixXf& values, LineInputs inputs) {
  AnalogueTile analogue(config, {}, conductances(), against_last_column(columns), 1, 0);
  analogue.set_adc_range(analogue.largest_volt(values, inputs));
  ReadActivity activity;
  return analogue.read(values, {1, 0, 0, 0, 1}, activity, inputs);
}

}  // namespace

TEST_CASE("Spikes are read at once at full scale, whatever the encoding of codes") {
  const Eigen::MatrixXf bipolar = read(tile(InputEncoding::bipolar, GatedInputs::none), spikes(), LineInputs::codes);
  const Eigen::MatrixXf cells = conductances();
  const Eigen::MatrixXf exact = spikes() * (cells.leftCols(2).colwise() - cells.col(2));
  CHECK(largest_difference(bipolar, exact) < 0.02F);
  for (const InputEncoding inputs : {InputEncoding::bipolar, InputEncoding::two_pass, InputEncoding::bit_serial}) {
    CHECK(identical(read(tile(inputs, GatedInputs::spikes), spikes(), LineInputs::spikes), bipolar));
    CHECK(input_passes(encoding_of(inputs, LineInputs::spikes), 4) == 1);
    CHECK(encoding_of(inputs, LineInputs::codes) == inputs);
  }
}

TEST_CASE("Gated lines change no value where converters have no errors") {
  for (const InputEncoding inputs : {InputEncoding::bipolar, InputEncoding::two_pass, InputEncoding::bit_serial}) {
    CHECK(identical(read(tile(inputs, GatedInputs::all), codes(), LineInputs::codes),
                    read(tile(inputs, GatedInputs::none), codes(), LineInputs::codes)));
  }
}

TEST_CASE("A gated line carries nothing of its converter's offset and noise") {
  const Eigen::MatrixXf zeros = Eigen::MatrixXf::Zero(2, 4);
  const auto with_errors = [&](GatedInputs gated, LineInputs inputs) {
    TileConfig config = tile(InputEncoding::bipolar, gated);
    config.dac.errors.offset_lsb = 2.0;
    config.dac.errors.noise_lsb = 1.0;
    AnalogueTile analogue(config, {}, conductances(), against_last_column(columns), 1, 0);
    analogue.set_adc_range(0.1F);
    ReadActivity activity;
    return analogue.read(zeros, {1, 0, 0, 0, 1}, activity, inputs);
  };
  CHECK(identical(with_errors(GatedInputs::all, LineInputs::codes), Eigen::MatrixXf::Zero(2, 2)));
  CHECK(identical(with_errors(GatedInputs::spikes, LineInputs::spikes), Eigen::MatrixXf::Zero(2, 2)));
  CHECK(with_errors(GatedInputs::none, LineInputs::codes).cwiseAbs().minCoeff() > 0.0F);
  CHECK(with_errors(GatedInputs::spikes, LineInputs::codes).cwiseAbs().minCoeff() > 0.0F);
}

TEST_CASE("Active lines are those that carry something in a pass") {
  LineCounts bipolar(2, 1);
  bipolar << 3, 1;
  CHECK((active_lines(InputEncoding::bipolar, 4, codes()) == bipolar).all());
  LineCounts two_pass(2, 2);
  two_pass << 2, 1, 1, 0;
  CHECK((active_lines(InputEncoding::two_pass, 4, codes()) == two_pass).all());
  // 5 is 0101, -3 is 1101, 7 is 0111, 4 is 0100, from the lowest bit on.
  LineCounts bit_serial(2, 4);
  bit_serial << 3, 1, 3, 1, 0, 0, 1, 0;
  CHECK((active_lines(InputEncoding::bit_serial, 4, codes()) == bit_serial).all());
}

TEST_CASE("A load has the bits of all codes, or the addresses and codes of some lines") {
  DacConfig dac;
  dac.bits = 6;
  dac.load_width_bits = 16;
  dac.settling_ns = 100.0;
  CHECK(load_bits(dac, InputEncoding::bipolar, LineInputs::codes, 100) == 600);
  CHECK(load_bits(dac, InputEncoding::two_pass, LineInputs::codes, 100) == 500);
  CHECK(load_bits(dac, InputEncoding::bit_serial, LineInputs::codes, 100) == 100);
  CHECK(load_bits(dac, InputEncoding::bipolar, LineInputs::spikes, 100) == 100);
  CHECK(addressed_load_bits(dac, InputEncoding::bipolar, LineInputs::codes, 10, 128) == 10 * (7 + 6));
  CHECK(addressed_load_bits(dac, InputEncoding::bipolar, LineInputs::codes, 10, 129) == 10 * (8 + 6));
  CHECK(addressed_load_bits(dac, InputEncoding::bipolar, LineInputs::spikes, 10, 128) == 10 * 7);
  CHECK(dac_cycles(dac, 130, Clock{10'000}) == 9 + 10);
  CHECK(dac_cycles(dac, 0, Clock{10'000}) == 10);
}

TEST_CASE("Lines are gated where the chip says, and spikes are codes where it says nothing") {
  DacConfig dac;
  CHECK_FALSE(gates(dac, LineInputs::codes));
  CHECK(line_inputs(dac, true) == LineInputs::codes);
  dac.gated_inputs = GatedInputs::spikes;
  CHECK_FALSE(gates(dac, LineInputs::codes));
  CHECK(gates(dac, LineInputs::spikes));
  CHECK(line_inputs(dac, true) == LineInputs::spikes);
  CHECK(line_inputs(dac, false) == LineInputs::codes);
  dac.gated_inputs = GatedInputs::all;
  CHECK(gates(dac, LineInputs::codes));
  CHECK(gates(dac, LineInputs::spikes));
}

TEST_CASE("A spike costs a converter's buffer and two steps") {
  EnergyTable table;
  table.adc_conversion_joule = 44e-12;
  table.mac_8bit_joule = 1e-12;
  table.mac_16bit_joule = 3e-12;
  table.dac_buffer_joule = 1.4e-12;
  table.dac_step_joule = 0.1e-12;
  table.sram_banks = {{64.0, 1e-12, 1e-12, 1e-9}};
  EnergyParameters parameters;
  parameters.tile.dac.bits = 8;
  parameters.sram.bank_kib = 64;
  ActionCounts counts;
  counts.dac_updates = 3;
  counts.spike_updates = 5;
  const ComponentEnergy energy = component_energy(table, parameters, counts, {}, 0.0);
  CHECK(energy[static_cast<std::size_t>(Component::dac)] ==
        Approx(3 * (1.4e-12 + 256 * 0.1e-12) + 5 * (1.4e-12 + 2 * 0.1e-12)));
}
