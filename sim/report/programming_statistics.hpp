#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sim/report/statistics.hpp"
#include "sim/run/programming_study.hpp"

namespace palimpsest {

// The statistics of `palimpsest program`, declared once like those of a run.

inline constexpr std::array<Statistic<TolerancePoint, std::uint64_t>, 6> curve_counts{{
    {"cells", "cells", "cells", "fresh cells written, with targets spread evenly over the window",
     &TolerancePoint::cells},
    {"failed", "failed", "cells", "cells given up outside the tolerance after the largest number of cycles",
     &TolerancePoint::failed},
    {"tenth_cycles", "10 %", "cycles", "a tenth of the cells takes at most as many", &TolerancePoint::tenth_cycles},
    {"median_cycles", "median", "cycles", "half of the cells takes at most as many", &TolerancePoint::median_cycles},
    {"nine_tenths_cycles", "90 %", "cycles", "nine tenths of the cells take at most as many",
     &TolerancePoint::nine_tenths_cycles},
    {"most_cycles", "most", "cycles", "all cells take at most as many", &TolerancePoint::most_cycles},
}};

inline constexpr std::array<Statistic<TolerancePoint, double>, 5> curve_values{{
    {"tolerance_us", "tolerated error", "uS", "write-verify stops within this distance from the target",
     &TolerancePoint::tolerance_microsiemens},
    {"mean_cycles", "mean cycles", "cycles", "SET and RESET pulses of a cell, cells given up included",
     &TolerancePoint::mean_cycles},
    {"std_cycles", "std", "cycles", "standard deviation of the cycles over the cells", &TolerancePoint::std_cycles},
    {"mean_energy_j", "mean energy", "J",
     "pulses, drivers, word lines and verify reads of a cell that is written by itself",
     &TolerancePoint::mean_energy_joule},
    {"mean_seconds", "mean time", "s", "pulses and verify reads of a cell that is written by itself",
     &TolerancePoint::mean_seconds},
}};

inline constexpr std::array<Statistic<WriteTotals, std::uint64_t>, 6> map_counts{{
    {"cells", "cells", "cells", "cells of the picture", &WriteTotals::cells},
    {"failed", "failed", "cells", "cells given up outside the tolerance after the largest number of cycles",
     &WriteTotals::failed},
    {"forming_pulses", "forming", "pulses", "forming pulses, one for each cell", &WriteTotals::forming_pulses},
    {"set_pulses", "SET", "pulses", "SET pulses", &WriteTotals::set_pulses},
    {"reset_pulses", "RESET", "pulses", "RESET pulses", &WriteTotals::reset_pulses},
    {"verify_reads", "verify", "reads", "verify reads of single cells", &WriteTotals::verify_reads},
}};

inline constexpr std::array<Statistic<ProgrammedMap, double>, 4> map_values{{
    {"rms_error_us", "rms error", "uS", "root mean square of error_us over the cells", &ProgrammedMap::rms_error},
    {"largest_error_us", "largest error", "uS", "largest magnitude of error_us", &ProgrammedMap::largest_error},
    {"energy_j", "energy", "J", "pulses, drivers, word lines and verify reads of all cells",
     &ProgrammedMap::energy_joule},
    {"seconds", "time", "s", "of the whole picture, /programmer/parallel_cells cells at the same time",
     &ProgrammedMap::seconds},
}};

inline constexpr std::array<Statistic<ProgrammedMap, Eigen::MatrixXd>, 3> map_matrices{{
    {"target_us", "target", "uS", "conductances to write, row by row", &ProgrammedMap::target},
    {"programmed_us", "programmed", "uS",
     "conductances afterwards, as a read without noise sees them, to a ten-thousandth", &ProgrammedMap::programmed},
    {"error_us", "error", "uS", "programmed less target, to a ten-thousandth", &ProgrammedMap::error},
}};

inline constexpr std::array<StageStatistic, 8> trajectory_statistics{{
    {"target_us", "target", "uS", "conductance to write"},
    {"start_us", "start", "uS", "conductance of the fresh cell"},
    {"converged", "converged", "1", "whether the last verify read was within the tolerance"},
    {"pulses", "pulses", "pulses", "the pulses in order"},
    {"pulses.direction", "direction", "text", "set or reset"},
    {"pulses.volt", "amplitude", "V", "amplitude across cell and access transistor, positive for both directions"},
    {"pulses.gate_volt", "gate", "V", "gate voltage of the access transistor; null: fully on"},
    {"pulses.conductance_us", "conductance", "uS", "conductance after the pulse, as a read without noise sees it"},
}};

inline constexpr std::array<Statistic<SingleShots, double>, 5> line_values{{
    {"slope_us_per_v", "slope", "uS/V", "of the straight line through the means, by least squares",
     &SingleShots::slope},
    {"r_squared", "R^2", "1", "share of the means' variance that the line explains", &SingleShots::r_squared},
    {"largest_deviation_us", "largest deviation", "uS", "largest magnitude of a mean's distance from the line",
     &SingleShots::largest_deviation},
    {"level_distance_us", "between levels", "uS", "mean difference of neighbouring levels",
     &SingleShots::level_distance},
    {"landing_deviation_us", "landing noise", "uS", "std_us, mean over the levels", &SingleShots::mean_deviation},
}};

inline constexpr std::array<Statistic<SingleShotLevel, double>, 5> level_values{{
    {"gate_volt", "gate", "V", "gate voltage of the SET pulse that follows a RESET", &SingleShotLevel::gate_volt},
    {"mean_us", "mean", "uS", "over shots of a typical cell, as reads without noise see it", &SingleShotLevel::mean},
    {"std_us", "std", "uS", "standard deviation over the shots of a typical cell", &SingleShotLevel::deviation},
    {"cells_mean_us", "cells' mean", "uS", "over cells, one shot each", &SingleShotLevel::cells_mean},
    {"cells_std_us", "cells' std", "uS", "standard deviation over cells, one shot each",
     &SingleShotLevel::cells_deviation},
}};

}  // namespace palimpsest
