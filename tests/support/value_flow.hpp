#pragma once

#include <string>
#include <vector>

#include "models/protocol/jobs.hpp"

namespace palimpsest::test {

/// Whether `planned` computes what `plain` does, a program of the same steps in which every buffer has a place of its
/// own. Both are gone through in the order of their steps; loads and stores carry bytes between the SRAM buffer and the
/// off-chip memory. Steps of `planned` may be pieces of some of a step's vectors, or blocks of its matrices; of those
/// it is only known that together they read what the step reads. Faults, one line each:
/// - a step that reads a byte which is not the one, of the same step and vector, that `plain` reads;
/// - what is there once is read from places that are not, one for one, those of `plain`;
/// - what is there once does not hold the same bytes in the end.
/// That each step waits for what it has to wait for is for data_flow().
std::vector<std::string> value_faults(const Program& planned, const Program& plain);

}  // namespace palimpsest::test
