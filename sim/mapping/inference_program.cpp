#include "sim/mapping/inference_program.hpp"

#include "sim/mapping/forward_pass.hpp"

namespace palimpsest {

Program inference_program(const ProgramContext& context, const std::vector<const Adapter*>& adapters,
                          std::uint32_t samples) {
  ProgramBuilder builder(context);
  const ParameterPlacements parameters = place_parameters(builder, adapters, context.architecture.lora_unit.bits);
  const std::map<std::string, Placement> none_in_sram;
  ForwardPass pass(builder, parameters, adapters, none_in_sram, nullptr);
  pass.add();
  builder.send(pass.output());
  return builder.finish(samples, context.architecture.sequencer.samples_in_flight, "inference");
}

}  // namespace palimpsest
