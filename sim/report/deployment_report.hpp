#pragma once

#include <string>

#include "sim/report/report_schema.hpp"
#include "sim/run/deployed_weights.hpp"

namespace palimpsest {

inline constexpr ReportSchema deployment_schema{"palimpsest.deployment", 1};

std::string deployment_json(const DeployedWeights& weights);
std::string deployment_text(const DeployedWeights& weights);

}  // namespace palimpsest
