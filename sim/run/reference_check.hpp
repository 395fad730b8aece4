#pragma once

#include <functional>

#include "sim/run/selection.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// Compares the float network with the reference outputs of every phase and method that `selection` wants, which
/// whoever exported the trace computed with the network itself. Throws UserError (trace) if one deviates by more than
/// 1e-4 of the largest: the trace then describes another network, and no figure made from it would mean anything.
/// `progress`, if any, is called with the share that is done.
void check_references(const Trace& trace, const RunSelection& selection = {},
                      const std::function<void(double share)>& progress = {});

}  // namespace palimpsest
