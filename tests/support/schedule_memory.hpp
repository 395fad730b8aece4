#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "tests/support/schedule.hpp"
#include "tests/support/schedule_ranges.hpp"
#include "tests/support/schedule_work.hpp"

namespace palimpsest::schedule {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

/// Ports, interconnect and banks. A port has the requests of one vector (or of the preloads) under way at a time.
class Memory {
 public:
  explicit Memory(const ChipConfig& config)
      : config_(config), ports_(2 * (config.tile_groups + kinds_after_groups)), banks_(config.sram.banks) {}

  /// Sends the requests for `pieces`, the first at `cycle`. Nothing holds a request back on its way, so its arrival is
  /// known here; a bank looks at it only after it arrived.
  void send(std::size_t port, const std::vector<Piece>& pieces, std::uint64_t cycle) {
    const std::uint64_t word_width = config_.sram.word_bits / 8;
    const std::uint64_t line_width = config_.sram.line_words * word_width;
    for (auto [begin, end] : pieces) {
      while (begin < end) {
        const std::uint64_t line = begin / line_width;
        const std::uint64_t cut = std::min(end, (line + 1) * line_width);
        const std::uint64_t words = (cut - 1) / word_width - begin / word_width + 1;
        banks_[line % banks_.size()].queue.push_back({port, cycle + config_.interconnect.latency_cycles, words});
        ++ports_[port].ungranted;
        ++cycle;
        begin = cut;
      }
    }
  }

  bool all_responded(std::size_t port, std::uint64_t cycle) const {
    return ports_[port].ungranted == 0 && ports_[port].last_response <= cycle;
  }

  void grant(std::uint64_t cycle, ScheduleResult& result) {
    for (Bank& bank : banks_) {
      if (cycle < bank.free_at) continue;
      const auto winner = next_in_turn(bank, cycle);
      if (winner == bank.queue.end()) continue;
      const std::uint64_t start = cycle + wake_cycles(bank, cycle);
      serve(*winner, cycle, start, result);
      bank.free_at = start + winner->words * config_.sram.word_cycles;
      result.counts.sram_busy_cycles += bank.free_at - cycle;
      bank.next_port = winner->port + 1;
      bank.queue.erase(winner);
    }
  }

  /// The first cycle after `cycle` at which a bank can grant or a port has its last response.
  std::uint64_t next_move(std::uint64_t cycle) const {
    std::uint64_t next = never;
    for (const Bank& bank : banks_) {
      for (const Request& request : bank.queue)
        next = std::min(next, std::max({bank.free_at, request.arrival + 1, cycle + 1}));
    }
    for (const Port& port : ports_) {
      if (port.last_response > cycle) next = std::min(next, port.last_response);
    }
    return next;
  }

 private:
  struct Request {
    std::size_t port = 0;
    std::uint64_t arrival = 0;
    std::uint64_t words = 0;
  };
  struct Bank {
    std::vector<Request> queue;
    std::uint64_t free_at = 0;
    std::size_t next_port = 0;  ///< the port whose turn it is
  };
  struct Port {
    std::size_t ungranted = 0;
    std::uint64_t last_response = 0;
  };

  /// A port's requests stand in the queue as they were sent, so the first found of the chosen port is its oldest.
  std::vector<Request>::iterator next_in_turn(Bank& bank, std::uint64_t cycle) const {
    const auto turns_until = [&](const Request& request) {
      return (request.port + ports_.size() - bank.next_port) % ports_.size();
    };
    auto chosen = bank.queue.end();
    for (auto request = bank.queue.begin(); request != bank.queue.end(); ++request) {
      if (request->arrival >= cycle) continue;
      if (chosen == bank.queue.end() || turns_until(*request) < turns_until(*chosen)) chosen = request;
    }
    return chosen;
  }

  /// A gated bank that was idle the cycle before has to wake up first.
  std::uint64_t wake_cycles(const Bank& bank, std::uint64_t cycle) const {
    const bool gated = config_.sram.idle_leakage_share < 1.0 && bank.free_at != cycle;
    return gated ? config_.sram.wake_cycles : 0;
  }

  void serve(const Request& request, std::uint64_t cycle, std::uint64_t start, ScheduleResult& result) {
    Port& port = ports_[request.port];
    const std::uint64_t last_word = start + config_.sram.access_cycles + (request.words - 1) * config_.sram.word_cycles;
    port.last_response = std::max(port.last_response, last_word + config_.interconnect.latency_cycles);
    --port.ungranted;
    const bool write = request.port % 2 == 1;
    (write ? result.counts.sram_write_words : result.counts.sram_read_words) += request.words;
    result.counts.interconnect_words += request.words;
    result.memory_wait_cycles += cycle - (request.arrival + 1);
  }

  const ChipConfig& config_;
  std::vector<Port> ports_;
  std::vector<Bank> banks_;
};

}  // namespace palimpsest::schedule
