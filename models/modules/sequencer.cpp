#include "models/modules/sequencer.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace palimpsest {

Sequencer::Sequencer(const sc_core::sc_module_name& name, std::uint32_t groups, bool has_off_chip,
                     const CycleTime& time)
    : sc_module(name),
      time_(time),
      inbox_(time),
      lora_unit_("lora_unit", groups, inbox_),
      vector_unit_("vector_unit", groups + 1, inbox_),
      host_port_("host_port", groups + 2, inbox_),
      programmer_("programmer", groups + 4, inbox_) {
  for (std::uint32_t i = 0; i < groups; ++i) {
    groups_.push_back(std::make_unique<CommandLink<TileJob>>("group_" + std::to_string(i), i, inbox_));
    units_.push_back(groups_.back().get());
  }
  if (has_off_chip) off_chip_.emplace("off_chip", groups + 3, inbox_);
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
  dataflow_.start(program, lora_unit_number(), woken_);
  if (!dataflow_.finished()) inbox_.readable.notify(sc_core::SC_ZERO_TIME);
}

std::uint64_t Sequencer::cycles() const {
  if (!finished()) throw std::logic_error("sequencer: out of events with work left");
  return end_ - start_;
}

/// Each unit takes from a queue of its own, and what units do to each other shows one cycle later; but tile groups
/// whose jobs have adapters and the LoRA unit itself take turns in the order of their numbers.
void Sequencer::act() {
  read_reports();
  if (progress_) progress_(dataflow_.finished_steps());
  std::sort(woken_.begin(), woken_.end());
  woken_.erase(std::unique(woken_.begin(), woken_.end()), woken_.end());
  for (const std::uint32_t unit : woken_) {
    if (intake_free_[unit] && dataflow_.has_ready(unit, intake_free_[lora_unit_number()])) give(unit);
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
      if (report.unit == lora_unit_number()) dataflow_.wake_adapters(woken_);
    }
  }
}

void Sequencer::give(std::uint32_t unit) {
  const StepInstance instance = dataflow_.take_ready(unit, intake_free_[lora_unit_number()]);
  intake_free_[unit] = false;
  const std::uint64_t slot_offset = instance.sample % program_->samples_in_flight * program_->slot_bytes;
  const Step& step = program_->steps[instance.step];
  if (const LoraJob* adapters = adapters_of(step)) {
    intake_free_[lora_unit_number()] = false;
    lora_unit_.issue(*adapters, instance, slot_offset);
  }
  units_[unit]->issue(step, instance, slot_offset);
}

}  // namespace palimpsest
