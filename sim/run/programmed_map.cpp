#include "sim/run/programmed_map.hpp"

#include <cmath>

#include "models/physics/cell_array.hpp"

namespace palimpsest {

ProgrammedMap program_map(const Architecture& architecture, const std::string& name, const Eigen::MatrixXd& target,
                          std::uint64_t seed, std::uint32_t unit) {
  // The map of faults names tiles of the chip, and this array is none of them.
  FaultConfig drawn = architecture.resistive_memory.faults.cells;
  drawn.map.clear();
  CellArray array(architecture.resistive_memory.cell, seed, unit, static_cast<std::uint32_t>(target.rows()),
                  static_cast<std::uint32_t>(target.cols()), drawn);
  const auto tolerance = static_cast<float>(architecture.write_verify.tolerance_microsiemens);
  ProgrammedMap map;
  map.name = name;
  map.target = target;
  map.writes.add(architecture, array.write(architecture.write_verify, target.cast<float>(),
                                           Eigen::MatrixXf::Constant(target.rows(), target.cols(), tolerance), 0));
  map.programmed = array.conductances().cast<double>();
  map.error = map.programmed - target;
  map.rms_error = std::sqrt(map.error.squaredNorm() / static_cast<double>(map.error.size()));
  map.largest_error = map.error.cwiseAbs().maxCoeff();
  map.seconds = architecture.clock.seconds(map.writes.cycles);
  map.energy_joule = write_energy_joule(architecture, map.writes);
  return map;
}

}  // namespace palimpsest
