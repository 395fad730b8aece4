#include "sim/mapping/inference_program.hpp"

#include "sim/mapping/forward_pass.hpp"

namespace palimpsest {

namespace {

ProgramBuilder built_inference(const ProgramContext& context, const std::vector<const Adapter*>& adapters) {
  ProgramBuilder builder(context);
  const ParameterPlacements parameters = place_parameters(builder, adapters, context.architecture.lora_unit.bits);
  const std::map<std::string, Placement> none_in_sram;
  ForwardPass pass(builder, parameters, adapters, none_in_sram, nullptr, nullptr);
  pass.add();
  builder.send(pass.output());
  return builder;
}

}  // namespace

bool parameters_off_chip(const ProgramContext& context, const std::vector<const Adapter*>& adapters) {
  return context.architecture.off_chip &&
         built_inference(context, adapters).plan(context.architecture.sequencer.samples_in_flight) ==
             BufferPlan::spilled;
}

Program inference_program(const ProgramContext& context, const std::vector<const Adapter*>& adapters,
                          std::uint32_t samples) {
  ProgramBuilder builder = built_inference(context, adapters);
  return builder.finish(samples, context.architecture.sequencer.samples_in_flight, "inference");
}

}  // namespace palimpsest
