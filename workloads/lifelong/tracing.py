"""The trace of trained phases."""

from palimpsest_export import Method, Phase, Trace, adapter_values, parameter_values, reference_outputs


def build_trace(name, description, provenance, traced, adapters, data, phases):
    """The Trace of the trained phases (TrainedPhase).

    traced: what trace_network() gives; adapters: names of all; data: with calibration_inputs, test_inputs and
    test_labels as the trace has them.
    """
    methods = [method for phase in phases for method in (phase.hybrid, phase.rewrite)]

    def exported(trained, method):
        listed = Phase(trained.name, trained.retain, trained.forget, trained.new, None, None)
        inputs = data.test_inputs[listed.samples(data.test_labels)]
        reference = reference_outputs(method.network, traced, inputs)
        return Method(method.weights, method.adapters, method.training, reference)

    return Trace(
        name=name,
        description=description,
        provenance=provenance,
        network=traced,
        weights={method.weights: parameter_values(method.network, traced) for method in methods},
        adapters={adapter: adapter_values(phases[-1].hybrid.network, traced, adapter) for adapter in adapters},
        calibration_inputs=data.calibration_inputs,
        test_inputs=data.test_inputs,
        test_labels=data.test_labels,
        phases=[
            Phase(
                trained.name,
                trained.retain,
                trained.forget,
                trained.new,
                exported(trained, trained.hybrid),
                exported(trained, trained.rewrite),
            )
            for trained in phases
        ],
    )
