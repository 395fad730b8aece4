#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/physics/pulsed_cells_simd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "models/physics/cell_draws-inl.hpp"
#include "models/physics/pulsed_cells.hpp"
#include "models/physics/write_pulse-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

template <class Pulse>
void pulse_all(const CellConfig& cell, bool is_set, const PulseVoltages& voltages, const WriteKey& key,
               std::uint32_t number, PulsedCells& cells) {
  const CellInSeries series(cell);
  const Pulse pulse(cell);
  const CellDraws draws(key.seed, RandomPurpose::write_pulses, key.unit, key.step);
  alignas(64) std::uint32_t numbers[most_cell_lanes] = {};
  alignas(64) float conductance[most_cell_lanes] = {};
  alignas(64) float set_factor[most_cell_lanes] = {};
  alignas(64) float reset_factor[most_cell_lanes] = {};
  alignas(64) float microampere[most_cell_lanes];
  const CellMask set = is_set ? hn::Eq(in_all(0.0F), in_all(0.0F)) : hn::Eq(in_all(0.0F), in_all(1.0F));
  for (std::size_t first = 0; first < cells.cells.size(); first += hn::Lanes(in_lanes)) {
    const std::size_t taken = std::min(hn::Lanes(in_lanes), cells.cells.size() - first);
    for (std::size_t lane = 0; lane < taken; ++lane) {
      numbers[lane] = cells.cells[first + lane];
      conductance[lane] = cells.conductances[first + lane];
      set_factor[lane] = cells.traits[first + lane].set_factor;
      reset_factor[lane] = cells.traits[first + lane].reset_factor;
    }
    CellValues normals[2];
    draws.draw(hn::Load(in_words, numbers), words_of(number), normals);
    const CellValues before = hn::Load(in_lanes, conductance);
    const PulseEffectLanes after =
        pulse({set, before, series.share(before), in_all(static_cast<float>(voltages.volt)),
               in_all(static_cast<float>(voltages.gate_volt.value_or(0.0))), hn::Load(in_lanes, set_factor),
               hn::Load(in_lanes, reset_factor), normals[0]});
    hn::Store(after.conductance, in_lanes, conductance);
    hn::Store(after.microampere, in_lanes, microampere);
    std::copy_n(conductance, taken, &cells.conductances[first]);
    std::copy_n(microampere, taken, &cells.microamperes[first]);
  }
}

void pulse(const CellConfig& cell, bool set, const PulseVoltages& voltages, const WriteKey& key, std::uint32_t number,
           PulsedCells& cells) {
  if (cell.update == CellUpdate::gate_controlled)
    pulse_all<GateControlledPulse>(cell, set, voltages, key, number, cells);
  else
    pulse_all<SoftBoundPulse>(cell, set, voltages, key, number, cells);
}

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace palimpsest {

HWY_EXPORT(pulse);

void pulse_cells(const CellConfig& cell, bool set, const PulseVoltages& voltages, const WriteKey& key,
                 std::uint32_t pulse, PulsedCells& cells) {
  cells.microamperes.resize(cells.cells.size());
  HWY_DYNAMIC_DISPATCH(pulse)(cell, set, voltages, key, pulse, cells);
}

}  // namespace palimpsest

#endif
