#pragma once

#include <Eigen/Core>

#include "models/physics/crossbar.hpp"
#include "models/physics/mapping.hpp"

namespace palimpsest {

/// What reads of an array with codes spread evenly over the converter's range take on average, summed over the passes
/// of a product. `conductances` [sensed, driven] in microsiemens are those of lines that are driven together; with
/// `pairs` neighbouring driven lines carry the same code, in opposite voltages if those have both signs and else one
/// after the other. `bits` of the converter, `full_scale_volt` at its largest code. Wires have no resistance.
///
/// A driven line has a mean magnitude of half the full scale (bit-serial: is at full scale in half of the passes). With
/// voltages of one sign sensed lines take what driven ones give. With both signs a sensed line's current is a sum of
/// independent contributions, taken as normal: mean magnitude sqrt(2 / pi) times full scale sqrt(sum of G^2 / 3).
ReadPower uniform_read_power(const Eigen::MatrixXf& conductances, bool pairs, InputEncoding inputs, int bits,
                             double full_scale_volt);

}  // namespace palimpsest
