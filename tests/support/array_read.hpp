#pragma once

#include <Eigen/Core>

#include "models/physics/crossbar.hpp"

namespace palimpsest::test {

struct ArrayRead {
  Eigen::MatrixXf currents;  ///< [vectors, lines]
  ReadPower power;
};

/// Reads of an array, put together from its blocks; with `draws` there is noise on them.
inline ArrayRead read_array(const Crossbar& crossbar, const LineVolts& volts, const ReadDraws* draws = nullptr) {
  ArrayRead result;
  result.currents.resize(volts.vectors(), crossbar.lines());
  result.power = crossbar.read(volts, draws, [&](Eigen::Index first, Eigen::Index count, const float* currents) {
    const Eigen::Map<const RowMatrixXf> block(currents, count, static_cast<Eigen::Index>(crossbar.stride()));
    result.currents.middleRows(first, count) = block.leftCols(crossbar.lines());
  });
  return result;
}

/// The same with read noise, of a seed.
inline Eigen::MatrixXf noisy_currents(const Crossbar& crossbar, const LineVolts& volts, std::uint64_t seed) {
  const ReadDraws draws({seed}, RandomPurpose::read_noise, 0, 0);
  return read_array(crossbar, volts, &draws).currents;
}

/// Read noise alone.
inline Eigen::MatrixXf read_noise_of(const Crossbar& crossbar, const LineVolts& volts, std::uint64_t seed) {
  return noisy_currents(crossbar, volts, seed) - read_array(crossbar, volts).currents;
}

}  // namespace palimpsest::test
