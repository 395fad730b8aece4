#include "models/modules/host_port.hpp"

namespace palimpsest {

HostLink::HostLink(const sc_core::sc_module_name& name, const HostPortConfig& config, const UnitServices& services)
    : FixedTimeStage(name, services.time), config_(config), counts_(services.counts) {}

std::uint64_t HostLink::serve(const HostJob& job) {
  counts_.host_words += job.words_per_vector;
  return job.words_per_vector * config_.cycles_per_word;
}

HostPort::HostPort(const sc_core::sc_module_name& name, const HostPortConfig& config, const UnitServices& services)
    : StreamingUnit(name, services), link("link", config, services) {
  fetch.out.bind(link.in);
  link.out.bind(drain.in);
}

}  // namespace palimpsest
