#include "models/physics/cell_writes.hpp"

#include "models/physics/exact_write.hpp"
#include "models/physics/write_verify_simd.hpp"

namespace palimpsest {

void CellBatch::add(std::uint32_t cell, float conductance, float target, float tolerance, bool was_written) {
  cells.push_back(cell);
  conductances.push_back(conductance);
  targets.push_back(target);
  tolerances.push_back(tolerance);
  rewritten.push_back(was_written ? 1 : 0);
}

CellWrites write_cells(const CellConfig& cell, const WriteVerifyConfig& config, const WriteKey& key,
                       const CellBatch& batch, bool with_pulses) {
  CellWrites writes;
  if (config.method == WriteMethod::exact)
    write_exactly(cell, config, batch, with_pulses, writes);
  else
    write_verify_in_lanes(cell, config, key, batch, with_pulses, writes);
  return writes;
}

}  // namespace palimpsest
