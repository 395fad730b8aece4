#pragma once

#include <Eigen/Core>

#include "models/physics/wire_network.hpp"

namespace palimpsest {

/// How the voltage drop along a crossbar's wires is modelled.
enum class IrDropModel {
  off,          ///< wires of no resistance
  first_order,  ///< right to first order in the resistances, in the time of one product
  exact         ///< the resistive network solved
};

/// The conductances that drivers and sense amplifiers see of an array of `conductances` [rows, columns], microsiemens,
/// each >= 0, at least one.
///
/// `first_order` gives g_ij / (1 + a_ij + b_ij), where a_ij = sum over k of R_jk g_ik is the drop along row i that its
/// cells' currents make up to cell j when they flow undiminished, R_jk the resistance that the ways to cells j and k
/// share, and b_ij = sum over k of C_ik g_kj is the same along column j. What is lost to this order: that a current
/// lowered in one place lowers the drop in others.
/// Except with `exact`, `driver` is diagonal: the sums of `effective` over the columns. With wires of resistance this
/// leaves out that rows of different voltages pass current to each other through the columns. It gives the drivers'
/// power right, for this `effective`, if all rows are at the same voltage, and else too little.
ArrayConductances effective_conductances(const Eigen::MatrixXd& conductances, const WireConfig& wires,
                                         IrDropModel model);

/// Power that the drivers deliver, microwatt, summed over the vectors of `volts` [vectors, rows]. `driver` as in
/// ArrayConductances.
double driver_power_microwatt(const Eigen::MatrixXd& driver, const Eigen::MatrixXd& volts);

}  // namespace palimpsest
