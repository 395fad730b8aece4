#include "models/physics/access_transistor.hpp"

#include "models/physics/units.hpp"

namespace palimpsest {

double conductance_through(double ohm, double cell_microsiemens) {
  return cell_microsiemens / (1.0 + cell_microsiemens * micro * ohm);
}

double conductance_behind(double ohm, double seen_microsiemens) {
  return seen_microsiemens / (1.0 - seen_microsiemens * micro * ohm);
}

double volt_behind(double ohm, double cell_microsiemens, double volt) {
  return volt / (1.0 + cell_microsiemens * micro * ohm);
}

}  // namespace palimpsest
