#include "models/modules/crossbar_array.hpp"

namespace palimpsest {

CrossbarArray::CrossbarArray(const sc_core::sc_module_name& name, const CrossbarConfig& config, const Clock& clock,
                             const UnitServices& services)
    : FixedTimeStage(name, services.time), read_cycles_(crossbar_cycles(config, clock)) {}

std::uint64_t CrossbarArray::serve(const TileJob& /*job*/) { return read_cycles_; }

}  // namespace palimpsest
