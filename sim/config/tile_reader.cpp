#include "sim/config/tile_reader.hpp"

namespace palimpsest {
namespace {

// Codes are whole numbers held in float, exact up to 24 bits.
constexpr int most_converter_bits = 22;
constexpr int most_weight_bits = 16;

ConverterErrors read_converter_errors(JsonReader reader) {
  ConverterErrors errors;
  errors.offset_lsb = reader.number("offset_lsb", 0.0, 1e6);
  errors.gain_error = reader.number("gain_error", 0.0, 1.0);
  errors.noise_lsb = reader.number("noise_lsb", 0.0, 1e6);
  errors.inl_lsb = reader.numbers("inl_lsb", -1e6, 1e6);
  if (errors.inl_lsb.size() == 1) reader.fail("inl_lsb", "expected no number, or at least two");
  reader.finish();
  return errors;
}

DacConfig read_dac(JsonReader reader) {
  DacConfig dac;
  dac.bits = reader.integer("bits", fewest_grid_bits, most_converter_bits);
  dac.full_scale_volt = reader.number("full_scale_volt", 0.001, 10.0);
  dac.load_width_bits = reader.integer<std::uint32_t>("load_width_bits", 1, 65536);
  dac.settling_ns = reader.number("settling_ns", 0.0, longest_ns);
  dac.input_range = reader.number_or("input_range", "per_layer", 1e-6, 1e6);
  dac.gated_inputs = reader.choice<GatedInputs>(
      "gated_inputs", {{"none", GatedInputs::none}, {"spikes", GatedInputs::spikes}, {"all", GatedInputs::all}});
  dac.load =
      reader.choice<DacLoad>("load", {{"all_lines", DacLoad::all_lines}, {"driven_lines", DacLoad::driven_lines}});
  if (dac.load == DacLoad::driven_lines && dac.gated_inputs == GatedInputs::none)
    reader.fail({"load", "gated_inputs"}, "expected gated_inputs of spikes or all beside a load of driven_lines");
  dac.errors = read_converter_errors(reader.object("errors"));
  reader.finish();
  return dac;
}

SensingConfig read_sensing(JsonReader reader) {
  SensingConfig sensing;
  sensing.kind = reader.choice<SensingKind>(
      "kind", {{"transimpedance", SensingKind::transimpedance}, {"integrator", SensingKind::integrator}});
  sensing.capacitance_picofarad = reader.number("capacitance_picofarad", 0.001, 1e6);
  sensing.transfer_ns = reader.number("transfer_ns", 0.1, longest_ns);
  reader.finish();
  return sensing;
}

TiaConfig read_tia(JsonReader reader) {
  TiaConfig tia;
  tia.gain_ohm = reader.number("gain_ohm", 1.0, 1e9);
  tia.saturation_volt = reader.number("saturation_volt", 0.001, 1e6);
  tia.noise_volt = reader.number_or("noise_volt", "thermal", 0.0, 10.0);
  tia.input_noise_nanovolt_per_root_hz = reader.number("input_noise_nanovolt_per_root_hz", 0.01, 1e6);
  tia.bandwidth_hz = reader.number("bandwidth_hz", 1.0, 1e12);
  reader.finish();
  return tia;
}

AdcConfig read_adc(JsonReader reader) {
  AdcConfig adc;
  adc.bits = reader.integer("bits", fewest_grid_bits, most_converter_bits);
  adc.count = reader.integer<std::uint32_t>("count", 1, 4096);
  adc.conversion_ns = reader.number("conversion_ns", 0.1, longest_ns);
  adc.multiplexer_ns = reader.number("multiplexer_ns", 0.0, longest_ns);
  const auto range = reader.number_or_word("full_scale_volt", {"per_tile", "per_layer"}, 1e-6, 1e6);
  if (std::holds_alternative<double>(range)) {
    adc.range = AdcRange::fixed;
    adc.full_scale_volt = std::get<double>(range);
  } else {
    adc.range = std::get<std::size_t>(range) == 0 ? AdcRange::per_tile : AdcRange::per_layer;
  }
  adc.smallest_full_scale_volt = reader.number("smallest_full_scale_volt", 1e-6, 1e6);
  if (adc.range == AdcRange::fixed && adc.full_scale_volt < adc.smallest_full_scale_volt)
    reader.fail({"full_scale_volt", "smallest_full_scale_volt"},
                "expected smallest_full_scale_volt <= full_scale_volt");
  adc.noise_volt = reader.number("noise_volt", 0.0, 10.0);
  adc.errors = read_converter_errors(reader.object("errors"));
  reader.finish();
  return adc;
}

MappingConfig read_mapping(JsonReader reader) {
  MappingConfig mapping;
  mapping.weights = reader.choice<WeightEncoding>(
      "weights", {{"offset", WeightEncoding::offset}, {"differential", WeightEncoding::differential}});
  mapping.slices = reader.integer<std::uint32_t>("slices", 1, 8);
  mapping.bits_per_slice = reader.integer("bits_per_slice", 1, 8);
  mapping.inputs = reader.choice<InputEncoding>("inputs", {{"bipolar", InputEncoding::bipolar},
                                                           {"two_pass", InputEncoding::two_pass},
                                                           {"bit_serial", InputEncoding::bit_serial}});
  mapping.scale =
      reader.choice<WeightScale>("scale", {{"kept", WeightScale::kept}, {"per_write", WeightScale::per_write}});
  mapping.headroom = reader.number("headroom", 1.0, 1000.0);
  mapping.depthwise_convolutions = reader.choice<DepthwiseConvolutions>(
      "depthwise_convolutions",
      {{"vector_unit", DepthwiseConvolutions::vector_unit}, {"tiles", DepthwiseConvolutions::tiles}});
  reader.finish();
  const int code_bits = static_cast<int>(mapping.slices) * mapping.bits_per_slice;
  if (mapping.slices > 1 && code_bits > most_weight_bits)
    reader.fail({"slices", "bits_per_slice"}, "expected slices x bits_per_slice of at most " +
                                                  std::to_string(most_weight_bits) + ", got " +
                                                  std::to_string(code_bits));
  return mapping;
}

WireConfig read_wires(JsonReader& reader) {
  constexpr double most_ohm = 1e6;
  WireConfig wires;
  wires.row_segment_ohm = reader.number("row_segment_ohm", 0.0, most_ohm);
  wires.column_segment_ohm = reader.number("column_segment_ohm", 0.0, most_ohm);
  wires.driver_ohm = reader.number("driver_ohm", 0.0, most_ohm);
  wires.sense_ohm = reader.number("sense_ohm", 0.0, most_ohm);
  return wires;
}

void check_mapping(const TileConfig& tile, const JsonReader& reader) {
  if (columns_of(tile.mapping, 1) > tile.crossbar.columns)
    reader.fail("columns", "expected room for one output of /tile/mapping, " +
                               std::to_string(columns_of(tile.mapping, 1)) + " columns, got " +
                               std::to_string(tile.crossbar.columns));
}

}  // namespace

TileConfig read_tile(JsonReader& reader) {
  TileConfig tile;
  tile.crossbar.rows = reader.integer<std::uint32_t>("rows", 2, 4096);
  tile.crossbar.columns = reader.integer<std::uint32_t>("columns", 2, 4096);
  tile.crossbar.read_ns = reader.number("read_ns", 0.1, longest_ns);
  tile.supply_volt = reader.number("supply_volt", 0.01, 1000.0);
  tile.dac = read_dac(reader.object("dac"));
  if (tile.supply_volt < 2.0 * tile.dac.full_scale_volt)
    reader.fail({"supply_volt", "dac"},
                "expected supply_volt of at least twice dac/full_scale_volt: lines are driven about its middle");
  tile.sensing = read_sensing(reader.object("sensing"));
  tile.tia = read_tia(reader.object("tia"));
  if (tile.supply_volt < 2.0 * tile.tia.saturation_volt)
    reader.fail({"supply_volt", "tia"},
                "expected supply_volt of at least twice tia/saturation_volt: amplifiers work about its middle");
  tile.adc = read_adc(reader.object("adc"));
  tile.mapping = read_mapping(reader.object("mapping"));
  check_mapping(tile, reader);
  JsonReader wires = reader.object("wires");
  tile.ir_drop = wires.choice<IrDropModel>(
      "ir_drop", {{"off", IrDropModel::off}, {"first_order", IrDropModel::first_order}, {"exact", IrDropModel::exact}});
  tile.wires = read_wires(wires);
  wires.finish();
  return tile;
}

}  // namespace palimpsest
