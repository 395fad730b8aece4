#pragma once

#include <array>

#include "sim/report/statistics.hpp"
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
inline constexpr StageStatistic float_accuracy_statistic{"float_accuracy", "float", "share",
                                                         "accuracies with the exact weights, sigma 0"};

inline constexpr std::array<Statistic<AccuracySpread, Accuracy>, 4> spread_statistics{{
    {"mean", "mean", "share", "mean of each accuracy over the draws", &AccuracySpread::mean},
    {"deviation", "deviation", "share", "standard deviation over the draws, draws - 1 as divisor",
     &AccuracySpread::deviation},
    {"smallest", "smallest", "share", "smallest over the draws", &AccuracySpread::smallest},
    {"largest", "largest", "share", "largest over the draws", &AccuracySpread::largest},
}};

/// The methods as JSON, tables and pictures name them.
struct NamedMethod {
  std::string_view name;
  NoisyMethod NoisyPhase::*figures;
};

inline constexpr std::array<NamedMethod, 2> noisy_methods{
    {{"hybrid", &NoisyPhase::hybrid}, {"rewrite", &NoisyPhase::rewrite}}};

}  // namespace palimpsest
