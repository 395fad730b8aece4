#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace palimpsest::test {

/// The bytes of the report of the shipped chip and the trace in `trace`, with further arguments of the command.
std::string report_bytes(const std::string& trace, const std::vector<std::string>& more);

/// The report of the shipped trace.
nlohmann::json face_report(const std::vector<std::string>& more);

/// The bytes of the report of the small trace, which takes a fraction of the shipped one's time.
std::string small_report_bytes(const std::vector<std::string>& more);

nlohmann::json small_report(const std::vector<std::string>& more);

/// The shipped trace's report as tests/golden has it.
nlohmann::json golden_face_report();

/// Calls `check` with every machine's part of every phase: the hybrid and both baselines.
template <class Check>
void for_every_machine(const nlohmann::json& report, const Check& check) {
  for (const nlohmann::json& phase : report.at("phases")) {
    check(phase);
    check(phase.at("baselines").at("rm_rewrite"));
    check(phase.at("baselines").at("gpu"));
  }
}

}  // namespace palimpsest::test
