#pragma once

#include <string>
#include <vector>

#include "sim/config/architecture.hpp"

namespace palimpsest {

/// One way in which a chip's products deviate from the network's.
struct Nonideality {
  std::string name;     ///< key in reports
  std::string meaning;  ///< one line
  /// Gives an ideal chip what `real` has of it.
  void (*take)(Architecture& ideal, const Architecture& real);
};

/// All of them, in the order in which a weight and then an input meets them.
const std::vector<Nonideality>& nonidealities();

/// `architecture` without any: cells hold their targets exactly and for good, wires have no resistance, amplifiers and
/// converters no errors, every code is so fine that its rounding is not seen and has so wide a range that
/// it is not cut, unless a fixed range is some hundred times too narrow. The units of
/// the codes stay those of `architecture`, and so do voltages and currents: what is put back is as large as on the real
/// chip. The mapping of weights and inputs stays; of weights in several slices so does the rounding to their digits.
Architecture without_nonidealities(const Architecture& architecture);

}  // namespace palimpsest
