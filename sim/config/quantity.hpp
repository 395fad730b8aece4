#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/config/json_reader.hpp"

namespace palimpsest {

/// The names of a quantity's units, and what one is in SI units.
using Units = std::vector<std::pair<std::string, double>>;

const Units& energy_units();               ///< joule
const Units& power_units();                ///< watt
const Units& power_per_bit_units();        ///< watt per bit
const Units& capacitance_units();          ///< farad
const Units& time_units();                 ///< second
const Units& delay_units();                ///< second
const Units& delay_per_mm_units();         ///< second per millimetre
const Units& frequency_units();            ///< hertz
const Units& noise_density_units();        ///< nanovolt per root hertz
const Units& length_units_in_mm();         ///< millimetre
const Units& energy_per_bit_units();       ///< joule per bit
const Units& energy_per_bit_mm_units();    ///< joule per bit and millimetre
const Units& bandwidth_units();            ///< byte per second
const Units& multiply_accumulate_units();  ///< multiply-accumulates per second
const Units& plain_units();                ///< a number without unit

/// Reads `{"value": .., "unit": "pJ", "source": "..", "confidence": "S|M|W"}` into SI units (lengths: mm). A number
/// nobody can trace is not accepted: source and confidence are required. `"range": [low, high]`, in the same unit, may
/// say how far the source leaves the value open; it has to hold the value. Bounds are in SI units too.
double read_quantity(JsonReader& parent, const std::string& key, const Units& units, double smallest, double largest);

/// Reads the keys `source` and `confidence`.
void read_provenance(JsonReader& reader);

}  // namespace palimpsest
