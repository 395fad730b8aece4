#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "sim/mapping/program_builder.hpp"

namespace palimpsest {

/// What evaluation tells the DAC banks: lines that products drive, by execution of the network and tile group.
using DrivenLineTables = std::map<std::pair<std::uint32_t, std::uint32_t>, std::shared_ptr<DrivenLines>>;

/// Gives the jobs of an inference `program` whose loads depend on which lines are driven their tables, and `tables`
/// those that it lacks, of zeros and for the program's samples. Where all lines are loaded it does nothing.
void attach_driven_lines(const ProgramContext& context, Program& program, DrivenLineTables& tables);

/// Bytes of the tables of `samples` samples.
double driven_line_bytes(const Architecture& architecture, const Network& network, std::uint64_t samples);

}  // namespace palimpsest
