#include "sim/run/noise_study.hpp"

#include "sim/network/noisy_weights.hpp"
#include "sim/parallel.hpp"
#include "sim/run/float_outcomes.hpp"
#include "sim/run/reference_check.hpp"

namespace palimpsest {

namespace {

NoisyDevices devices_of(const NoiseSettings& settings, double sigma) {
  NoisyDevices devices;
  devices.cell.window_low_microsiemens = settings.window_low_microsiemens;
  devices.cell.window_high_microsiemens = settings.window_high_microsiemens;
  devices.zero_weight_microsiemens = settings.zero_weight_microsiemens;
  devices.sigma_microsiemens = sigma;
  return devices;
}

std::vector<WeightSet> exact_weights(const Trace& trace, const std::vector<std::string>& names) {
  std::vector<WeightSet> weights;
  weights.reserve(names.size());
  for (const std::string& name : names) weights.push_back(trace.weights.at(name));
  return weights;
}

OutcomeSpread method_spread(const std::vector<std::vector<MethodOutcomes>>& draws, std::size_t phase,
                            Outcome MethodOutcomes::*method) {
  std::vector<Outcome> outcomes;
  outcomes.reserve(draws.size());
  for (const std::vector<MethodOutcomes>& draw : draws) outcomes.push_back(draw[phase].*method);
  return spread_of(outcomes);
}

}  // namespace

NoiseStudy noise_study(const Trace& trace, const NoiseSettings& settings, unsigned threads,
                       const ReportProgress& progress) {
  // The exact weights are evaluated twice: beside their references, and as noisy ones are.
  const double draws_in_all = static_cast<double>(settings.sigmas_microsiemens.size()) * settings.draws;
  ProgressMeter meter(progress, 2.0 + draws_in_all);
  meter.begin("references");
  {
    ProgressMeter::Piece piece(meter, 1.0);
    check_references(trace, {}, [&piece](double share) { piece.at(share); });
  }
  NoiseStudy study{{}, trace.name, trace.task, settings, {}};
  const FloatOutcomes float_outcomes(trace);
  const std::vector<WeightSet> exact = exact_weights(trace, float_outcomes.weight_sets());
  const std::vector<MethodOutcomes> reference = float_outcomes.evaluate(exact);
  meter.add(1.0);
  for (std::size_t phase = 0; phase < trace.phases.size(); ++phase) {
    study.phases.push_back({trace.phases[phase].name,
                            trace.phases[phase].samples.size(),
                            {reference[phase].hybrid, {}},
                            {reference[phase].rewrite, {}}});
  }
  for (std::size_t number = 0; number < settings.sigmas_microsiemens.size(); ++number) {
    meter.begin("noise " + std::to_string(number + 1) + " of " + std::to_string(settings.sigmas_microsiemens.size()));
    const NoisyDevices devices = devices_of(settings, settings.sigmas_microsiemens[number]);
    std::vector<std::vector<MethodOutcomes>> draws(settings.draws);
    parallel_for(settings.draws, threads, [&](std::size_t draw) {
      std::vector<WeightSet> noisy;
      noisy.reserve(exact.size());
      for (std::uint32_t set = 0; set < exact.size(); ++set) {
        noisy.push_back(
            noisy_weights(trace.network, exact[set], devices, {settings.seed, set, static_cast<std::uint32_t>(draw)}));
      }
      draws[draw] = float_outcomes.evaluate(noisy);
      meter.add(1.0);
    });
    for (std::size_t phase = 0; phase < study.phases.size(); ++phase) {
      study.phases[phase].hybrid.spreads.push_back(method_spread(draws, phase, &MethodOutcomes::hybrid));
      study.phases[phase].rewrite.spreads.push_back(method_spread(draws, phase, &MethodOutcomes::rewrite));
    }
  }
  return study;
}

}  // namespace palimpsest
