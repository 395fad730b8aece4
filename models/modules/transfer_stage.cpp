#include "models/modules/transfer_stage.hpp"

namespace palimpsest {

TransferStage::TransferStage(const sc_core::sc_module_name& name, const Sensing& sensing, const Clock& clock,
                             const UnitServices& services)
    : FixedTimeStage(name, services.time), transfer_cycles_(transfer_cycles(sensing, clock)) {}

std::uint64_t TransferStage::serve(const TileJob& /*job*/) { return transfer_cycles_; }

}  // namespace palimpsest
