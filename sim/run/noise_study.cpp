#include "sim/run/noise_study.hpp"

#include "sim/network/noisy_weights.hpp"
#include "sim/run/float_accuracies.hpp"
#include "sim/run/parallel.hpp"
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

AccuracySpread method_spread(const std::vector<std::vector<MethodAccuracies>>& draws, std::size_t phase,
                             Accuracy MethodAccuracies::*method) {
  std::vector<Accuracy> accuracies;
  accuracies.reserve(draws.size());
  for (const std::vector<MethodAccuracies>& draw : draws) accuracies.push_back(draw[phase].*method);
  return spread_of(accuracies);
}

}  // namespace

NoiseStudy noise_study(const Trace& trace, const NoiseSettings& settings, unsigned threads,
                       const std::function<void(const std::string& part, double share)>& progress) {
  check_references(trace);
  NoiseStudy study{{}, trace.name, settings, {}};
  const FloatAccuracies accuracies(trace);
  const std::vector<WeightSet> exact = exact_weights(trace, accuracies.weight_sets());
  const std::vector<MethodAccuracies> reference = accuracies.evaluate(exact);
  for (std::size_t phase = 0; phase < trace.phases.size(); ++phase) {
    study.phases.push_back({trace.phases[phase].name,
                            trace.phases[phase].samples.size(),
                            {reference[phase].hybrid, {}},
                            {reference[phase].rewrite, {}}});
  }
  for (std::size_t number = 0; number < settings.sigmas_microsiemens.size(); ++number) {
    if (progress) {
      progress("noise " + std::to_string(number + 1) + " of " + std::to_string(settings.sigmas_microsiemens.size()),
               static_cast<double>(number) / static_cast<double>(settings.sigmas_microsiemens.size()));
    }
    const NoisyDevices devices = devices_of(settings, settings.sigmas_microsiemens[number]);
    std::vector<std::vector<MethodAccuracies>> draws(settings.draws);
    parallel_for(settings.draws, threads, [&](std::size_t draw) {
      std::vector<WeightSet> noisy;
      noisy.reserve(exact.size());
      for (std::uint32_t set = 0; set < exact.size(); ++set) {
        noisy.push_back(
            noisy_weights(trace.network, exact[set], devices, {settings.seed, set, static_cast<std::uint32_t>(draw)}));
      }
      draws[draw] = accuracies.evaluate(noisy);
    });
    for (std::size_t phase = 0; phase < study.phases.size(); ++phase) {
      study.phases[phase].hybrid.spreads.push_back(method_spread(draws, phase, &MethodAccuracies::hybrid));
      study.phases[phase].rewrite.spreads.push_back(method_spread(draws, phase, &MethodAccuracies::rewrite));
    }
  }
  return study;
}

}  // namespace palimpsest
