#pragma once

#include <array>

#include "sim/report/outcome_statistics.hpp"
#include "sim/run/noise_study.hpp"

namespace palimpsest {

inline constexpr StageStatistic sigma_statistic{"sigma_microsiemens", "sigma", "uS",
                                                "standard deviation of a device's conductance error"};
inline constexpr StageStatistic draws_statistic{"draws", "draws", "draws",
                                                "programmings of the whole network at each sigma"};
inline constexpr StageStatistic window_statistic{"window_microsiemens", "window", "uS",
                                                 "smallest and largest conductance of a device"};
inline constexpr StageStatistic zero_weight_statistic{"zero_weight_microsiemens", "zero weight", "uS",
                                                      "conductance of a weight of zero"};
inline constexpr StageStatistic noisy_samples_statistic{"samples", "samples", "samples",
                                                        "test samples of the phase, the same in every draw"};

inline constexpr std::array<Statistic<OutcomeSpread, Outcome>, 4> spread_statistics{{
    {"mean", "mean", "its own", "mean of each figure over the draws", &OutcomeSpread::mean},
    {"deviation", "deviation", "its own", "standard deviation over the draws, draws - 1 as divisor",
     &OutcomeSpread::deviation},
    {"smallest", "smallest", "its own", "smallest over the draws", &OutcomeSpread::smallest},
    {"largest", "largest", "its own", "largest over the draws", &OutcomeSpread::largest},
}};

/// The methods as JSON, tables and pictures name them.
struct NamedMethod {
  std::string_view name;
  NoisyMethod NoisyPhase::*figures;
};

inline constexpr std::array<NamedMethod, 2> noisy_methods{
    {{"hybrid", &NoisyPhase::hybrid}, {"rewrite", &NoisyPhase::rewrite}}};

}  // namespace palimpsest
