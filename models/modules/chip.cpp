#include "models/modules/chip.hpp"

#include <algorithm>
#include <functional>
#include <string>

#include "models/modules/program_check.hpp"
#include "models/physics/saturating.hpp"

namespace palimpsest {

namespace {

std::string numbered(const char* name, std::uint32_t number) { return name + ("_" + std::to_string(number)); }

}  // namespace

Chip::Chip(const sc_core::sc_module_name& name, const ChipConfig& config, const ChipOptions& options)
    : sc_module(name),
      config_(config),
      time_(config.clock),
      services_{time_, line_bytes(config.sram), payloads_, counts_},
      groups_(config.tile_groups),
      banks_(config.sram.banks) {
  construct(options);
  connect();
}

void Chip::construct(const ChipOptions& options) {
  std::vector<std::function<void()>> makers;
  makers.emplace_back([this] {
    sequencer_ = std::make_unique<Sequencer>("sequencer", config_.tile_groups, config_.off_chip.has_value(), time_);
  });
  for (std::uint32_t i = 0; i < config_.tile_groups; ++i) {
    makers.emplace_back([this, i] {
      groups_[i] = std::make_unique<TileGroup>(numbered("group", i).c_str(), config_.tile, config_.clock, services_);
    });
  }
  makers.emplace_back([this] { lora_unit_ = std::make_unique<LoraUnit>("lora_unit", config_.tile_groups, services_); });
  makers.emplace_back([this] { vector_unit_ = std::make_unique<VectorUnit>("vector_unit", services_); });
  makers.emplace_back([this] { host_port_ = std::make_unique<HostPort>("host_port", config_.host_port, services_); });
  if (config_.off_chip) {
    makers.emplace_back([this] {
      off_chip_ = std::make_unique<OffChipMemory>("off_chip", *config_.off_chip, config_.clock, services_);
    });
  }
  makers.emplace_back(
      [this] { programmer_ = std::make_unique<Programmer>("programmer", config_.tile_groups, services_); });
  makers.emplace_back([this] {
    const std::uint32_t ports = 2 * (config_.tile_groups + (config_.off_chip ? 4 : 3));
    interconnect_ =
        std::make_unique<Interconnect>("interconnect", ports, config_.interconnect, config_.sram, time_, counts_);
  });
  for (std::uint32_t i = 0; i < config_.sram.banks; ++i) {
    makers.emplace_back([this, i] {
      banks_[i] = std::make_unique<SramBank>(numbered("sram_bank", i).c_str(), config_.sram, time_, counts_);
    });
  }
  if (options.reverse_construction) std::reverse(makers.begin(), makers.end());
  for (const auto& make : makers) make();
}

void Chip::connect() {
  for (std::uint32_t i = 0; i < config_.tile_groups; ++i) {
    sequencer_->group(i).socket.bind(groups_[i]->commands);
    programmer_->groups[i].bind(groups_[i]->program);
    groups_[i]->fetch.lora_unit.bind(lora_unit_->groups[i]);
  }
  sequencer_->lora_unit().socket.bind(lora_unit_->commands);
  sequencer_->vector_unit().socket.bind(vector_unit_->commands);
  sequencer_->host_port().socket.bind(host_port_->commands);
  if (off_chip_) sequencer_->off_chip().socket.bind(off_chip_->commands);
  sequencer_->programmer().socket.bind(programmer_->commands);

  std::size_t port = 0;
  const auto connect_memory = [&](auto& unit) {
    unit.fetch.port.socket.bind(interconnect_->ports[port++]);
    unit.drain.port.socket.bind(interconnect_->ports[port++]);
  };
  for (const auto& group : groups_) connect_memory(*group);
  connect_memory(*lora_unit_);
  connect_memory(*vector_unit_);
  connect_memory(*host_port_);
  if (off_chip_) connect_memory(*off_chip_);
  for (std::size_t i = 0; i < banks_.size(); ++i) interconnect_->banks[i].bind(banks_[i]->socket);
}

PlayResult Chip::play(const Program& program, const PlayProgress& progress) {
  check_program(program, config_.tile_groups, config_.off_chip.has_value());
  const PlayBound bound = play_bound(program, config_);
  if (bound.cycles > cycles_left() || bound.memory_wait_cycles == uncountable) throw PlayTooLong(bound, cycles_left());
  reset();
  sequencer_->start(program, progress);
  if (!sequencer_->finished()) sc_core::sc_start();
  return result();
}

void Chip::reset() {
  counts_ = {};
  for (const auto& bank : banks_) bank->reset();
  for (const auto& group : groups_) group->reset_statistics();
  lora_unit_->reset_statistics();
  vector_unit_->reset_statistics();
  host_port_->reset_statistics();
  if (off_chip_) off_chip_->reset_statistics();
  programmer_->reset_statistics();
}

PlayResult Chip::result() const {
  PlayResult result;
  result.cycles = sequencer_->cycles();
  result.counts = counts_;
  for (const auto& bank : banks_) result.memory_wait_cycles += bank->wait_cycles();
  for (const auto& group : groups_) result.busy.groups.push_back(group->busy_cycles());
  result.busy.lora_unit = lora_unit_->busy_cycles();
  result.busy.vector_unit = vector_unit_->busy_cycles();
  result.busy.host_port = host_port_->busy_cycles();
  if (off_chip_) result.busy.off_chip = off_chip_->busy_cycles();
  result.busy.programmer = programmer_->busy_cycles();
  return result;
}

}  // namespace palimpsest
