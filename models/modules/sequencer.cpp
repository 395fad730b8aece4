#include "models/modules/sequencer.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace palimpsest {

Sequencer::Sequencer(const sc_core::sc_module_name& name, std::uint32_t tiles, bool has_off_chip, const CycleTime& time)
    : sc_module(name),
      time_(time),
      inbox_(time),
      lora_unit_("lora_unit", tiles, inbox_),
      vector_unit_("vector_unit", tiles + 1, inbox_),
      host_port_("host_port", tiles + 2, inbox_),
      programmer_("programmer", tiles + 4, inbox_) {
  for (std::uint32_t i = 0; i < tiles; ++i) {
    tiles_.push_back(std::make_unique<CommandLink<TileJob>>("tile_" + std::to_string(i), i, inbox_));
    units_.push_back(tiles_.back().get());
  }
  if (has_off_chip) off_chip_.emplace("off_chip", tiles + 3, inbox_);
  units_.insert(units_.end(),
                {&lora_unit_, &vector_unit_, &host_port_, off_chip_ ? &*off_chip_ : nullptr, &programmer_});
  SC_METHOD(act);
  sensitive << inbox_.readable;
  dont_initialize();
}

void Sequencer::start(const Program& program, PlayProgress progress) {
  program_ = &program;
  progress_ = std::move(progress);
  intake_free_.assign(units_.size(), true);
  woken_.clear();
  start_ = end_ = time_.now();
  dataflow_.start(program, static_cast<std::uint32_t>(tiles_.size()), woken_);
  if (!dataflow_.finished()) inbox_.readable.notify(sc_core::SC_ZERO_TIME);
}

std::uint64_t Sequencer::cycles() const {
  if (!finished()) throw std::logic_error("sequencer: out of events with work left");
  return end_ - start_;
}

/// The order of the units within a cycle does not matter: each takes from a queue of its own, and what units do to each
/// other shows one cycle later.
void Sequencer::act() {
  read_reports();
  if (progress_) progress_(dataflow_.finished_steps());
  for (const std::uint32_t unit : woken_) {
    if (intake_free_[unit] && dataflow_.has_ready(unit)) give(unit);
  }
  woken_.clear();
}

void Sequencer::read_reports() {
  ReportInbox::Report report{};
  while (inbox_.take_before(time_.now(), report)) {
    if (report.kind == ReportInbox::Report::Kind::job_done) {
      end_ = report.cycle;
      dataflow_.finish(report.instance, woken_);
    } else {
      intake_free_[report.unit] = true;
      woken_.push_back(report.unit);
    }
  }
}

void Sequencer::give(std::uint32_t unit) {
  const StepInstance instance = dataflow_.take_ready(unit);
  intake_free_[unit] = false;
  const std::uint64_t slot = instance.sample % program_->samples_in_flight;
  units_[unit]->issue(program_->steps[instance.step], instance, slot * program_->slot_bytes);
}

}  // namespace palimpsest
