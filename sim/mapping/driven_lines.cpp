#include "sim/mapping/driven_lines.hpp"

#include <cstddef>
#include <variant>

#include "models/physics/input_encoding.hpp"

namespace palimpsest {

namespace {

std::shared_ptr<DrivenLines> empty_table(const ArrayProduct& product, std::uint32_t passes, std::uint32_t samples) {
  auto table = std::make_shared<DrivenLines>(DrivenLines{samples, product.vectors, passes, {}});
  table->lines.resize(std::size_t{samples} * product.vectors * passes);
  return table;
}

}  // namespace

void attach_driven_lines(const ProgramContext& context, Program& program, DrivenLineTables& tables) {
  const DacConfig& dac = context.architecture.tile.dac;
  if (dac.load == DacLoad::all_lines) return;
  for (Step& step : program.steps) {
    auto* job = std::get_if<TileJob>(&step.job);
    if (job == nullptr || !gates(dac, job->spikes ? LineInputs::spikes : LineInputs::codes)) continue;
    std::shared_ptr<DrivenLines>& table = tables[{job->product, step.tile_group}];
    if (table == nullptr) {
      const ArrayProduct& product = *context.network.executions()[job->product].operation->array_product();
      table = empty_table(product, job->passes, program.samples);
    }
    job->driven = table;
  }
}

double driven_line_bytes(const Architecture& architecture, const Network& network, std::uint64_t samples) {
  const TileConfig& tile = architecture.tile;
  if (tile.dac.load == DacLoad::all_lines) return 0.0;
  double entries = 0.0;
  for (const Execution& execution : network.executions()) {
    const ArrayProduct* product = execution.operation->array_product();
    if (product != nullptr) entries += 1.0 * product->vectors * input_passes(tile.mapping.inputs, tile.dac.bits);
  }
  return entries * sizeof(std::uint32_t) * static_cast<double>(samples);
}

}  // namespace palimpsest
