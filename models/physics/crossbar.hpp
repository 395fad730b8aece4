#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "models/physics/clock.hpp"
#include "models/physics/random.hpp"

namespace palimpsest {

/// The array of a tile. Its last column is the reference column, all cells at the conductance of a zero weight; its
/// last row is the reference row that a transposed read senses. So a tile holds (rows - 1) x (columns - 1) weights.
struct CrossbarConfig {
  std::uint32_t rows = 128;
  std::uint32_t columns = 128;
  double read_ns = 100.0;  ///< how long the lines are driven and the current is integrated
};

inline std::uint64_t crossbar_cycles(const CrossbarConfig& config, const Clock& clock) {
  return clock.cycles_for_ns(config.read_ns);
}

/// Reads of a programmed array. Conductances are in microsiemens, voltages in volt, currents in microampere. Unsensed
/// columns are disconnected: no current flows in them.
class Crossbar {
 public:
  /// `conductances` [rows, columns + 1], the last column the reference; `read_noise` is the standard deviation of one
  /// cell's conductance during one read, relative to it.
  Crossbar(const Eigen::MatrixXf& conductances, double read_noise);

  /// Column currents less the reference current for `volts` [vectors, rows]: [vectors, columns].
  Eigen::MatrixXf currents(const Eigen::MatrixXf& volts) const;

  /// Adds the read noise of these vectors to `currents`. Independent cells make a Gaussian column current with variance
  /// sum over the rows of (read_noise G v)^2, so one draw per output is exact in distribution; the reference's draw is
  /// common to all columns of a vector.
  void add_read_noise(const Eigen::MatrixXf& volts, RandomStream& stream, Eigen::Ref<Eigen::MatrixXf> currents) const;

  /// Energy V^2 G t that the cells take for these vectors, joule.
  double read_energy_joule(const Eigen::MatrixXf& volts, double read_s) const;

 private:
  float read_noise_;
  Eigen::MatrixXf difference_;  ///< G - G_reference, [rows, columns]
  Eigen::MatrixXf squared_;     ///< G^2, [rows, columns + 1]
  Eigen::VectorXf row_sums_;    ///< sum of G over the columns, reference included
};

}  // namespace palimpsest
