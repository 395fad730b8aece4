#include "models/physics/faults.hpp"

namespace palimpsest {

CellState drawn_state(const FaultConfig& config, double uniform) {
  // From both ends, so that neither share moves the cells of the other.
  if (uniform < config.stuck_low_share) return CellState::stuck_low;
  if (uniform > 1.0 - config.stuck_high_share) return CellState::stuck_high;
  return CellState::working;
}

}  // namespace palimpsest
