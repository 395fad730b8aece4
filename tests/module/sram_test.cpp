#include <catch2/catch.hpp>
#include <memory>

#include "models/modules/interconnect.hpp"
#include "models/modules/memory_port.hpp"
#include "models/modules/sram_bank.hpp"
#include "tests/module/stubs.hpp"

using namespace palimpsest;

namespace {

/// Ports, interconnect and banks. Lines of 4 words of 4 bytes; access time 1. With interconnect latency 1, a request
/// of a whole line sent at t arrives at t + 1, is granted at n = t + 2 at the earliest, keeps the bank until n + 4,
/// and is answered at n + 1 + 4 - 1 + 1 = n + 5.
struct SramBench {
  PayloadPool payloads;
  ActionCounts counts;
  CycleTime time{test_clock};
  SramConfig sram;
  UnitServices services{time, 16, payloads, counts};
  Script script{"script"};
  std::unique_ptr<Interconnect> interconnect;
  std::vector<std::unique_ptr<SramBank>> banks;
  std::vector<std::unique_ptr<MemoryPort>> ports;
  std::vector<std::unique_ptr<EventLog>> done;

  SramBench(std::uint32_t port_count, std::uint32_t bank_count, std::uint32_t latency, std::uint32_t access_cycles,
            const SramConfig& bank = {})
      : sram(bank) {
    sram.banks = bank_count;
    sram.line_words = 4;
    sram.access_cycles = access_cycles;
    interconnect =
        std::make_unique<Interconnect>("interconnect", port_count, InterconnectConfig{latency}, sram, time, counts);
    for (std::uint32_t i = 0; i < bank_count; ++i) {
      banks.push_back(std::make_unique<SramBank>(("bank" + std::to_string(i)).c_str(), sram, time, counts));
      interconnect->banks[i].bind(banks.back()->socket);
    }
    for (std::uint32_t i = 0; i < port_count; ++i) {
      ports.push_back(std::make_unique<MemoryPort>(("port" + std::to_string(i)).c_str(), services));
      done.push_back(std::make_unique<EventLog>(("done" + std::to_string(i)).c_str()));
      ports.back()->socket.bind(interconnect->ports[i]);
    }
  }

  void read(std::uint64_t cycle, std::size_t port, std::uint64_t address, std::uint32_t bytes) {
    transfer(cycle, port, tlm::TLM_READ_COMMAND, address, bytes);
  }

  void transfer(std::uint64_t cycle, std::size_t port, tlm::tlm_command command, std::uint64_t address,
                std::uint32_t bytes) {
    ranges.push_back(std::make_unique<std::vector<StridedRange>>(1, StridedRange{address, bytes, 0, false}));
    const auto& range = *ranges.back();
    script.at(cycle, [this, port, command, &range] { ports[port]->start(command, range, 0, 1, 0, done[port]->event); });
  }

  std::uint64_t wait_cycles() const {
    std::uint64_t sum = 0;
    for (const auto& bank : banks) sum += bank->wait_cycles();
    return sum;
  }

  using Cycles = std::vector<std::uint64_t>;
  std::vector<std::unique_ptr<std::vector<StridedRange>>> ranges;
};

using Cycles = SramBench::Cycles;

}  // namespace

TEST_CASE("a single request: way there, one edge, access, words, way back") {
  SramBench bench(1, 1, 2, 3);
  bench.read(0, 0, 0, 16);
  // Arrives at 2, granted at 3, last of 4 words at 3 + 3 + 3, back at 9 + 2.
  sc_core::sc_start(bench.time.span(11));
  CHECK(bench.done[0]->cycles.empty());
  sc_core::sc_start();
  CHECK(bench.done[0]->cycles == Cycles{11});
  CHECK(bench.wait_cycles() == 0);
}

TEST_CASE("a request to a memory without latency still waits for the next edge") {
  SramBench bench(1, 1, 0, 0);
  bench.read(0, 0, 4, 4);
  sc_core::sc_start();
  CHECK(bench.done[0]->cycles == Cycles{1});
}

TEST_CASE("a request keeps the bank for the words it touches") {
  SramBench bench(2, 1, 1, 1);
  bench.read(0, 0, 2, 4);  // bytes 2..5 touch two words: granted at 2, bank free at 4
  bench.transfer(0, 1, tlm::TLM_WRITE_COMMAND, 0, 16);
  sc_core::sc_start();
  CHECK(bench.done[0]->cycles == Cycles{2 + 1 + 2 - 1 + 1});
  CHECK(bench.done[1]->cycles == Cycles{4 + 5});
  CHECK(bench.counts.sram_read_words == 2);
  CHECK(bench.counts.sram_write_words == 4);
  CHECK(bench.counts.interconnect_words == 6);
}

TEST_CASE("a burst over lines of different banks is pipelined") {
  SramBench bench(1, 2, 1, 1);
  bench.read(0, 0, 0, 32);
  sc_core::sc_start();
  CHECK(bench.done[0]->cycles == Cycles{3 + 5});  // the second line is sent at 1 and granted at 3
  CHECK(bench.wait_cycles() == 0);
}

TEST_CASE("a burst over lines of one bank waits for the bank") {
  SramBench bench(1, 1, 1, 1);
  bench.read(0, 0, 0, 32);
  sc_core::sc_start();
  CHECK(bench.done[0]->cycles == Cycles{6 + 5});  // the bank is free at 2 + 4, not at 3
  CHECK(bench.wait_cycles() == 3);
}

TEST_CASE("two ports that meet at an edge are served by number") {
  SramBench bench(2, 1, 1, 1);
  bench.read(0, 1, 0, 16);
  bench.read(0, 0, 16, 16);
  sc_core::sc_start();
  CHECK(bench.done[0]->cycles == Cycles{2 + 5});
  CHECK(bench.done[1]->cycles == Cycles{6 + 5});
  CHECK(bench.wait_cycles() == 4);
}

TEST_CASE("three ports with two requests each take turns") {
  SramBench bench(3, 1, 1, 1);
  for (const std::uint32_t port : {2U, 1U, 0U}) bench.read(0, port, 0, 32);
  sc_core::sc_start();
  // Granted at 2, 6, 10 (first requests of port 0, 1, 2), 14, 18, 22 (second requests).
  CHECK(bench.done[0]->cycles == Cycles{14 + 5});
  CHECK(bench.done[1]->cycles == Cycles{18 + 5});
  CHECK(bench.done[2]->cycles == Cycles{22 + 5});
  CHECK(bench.wait_cycles() == (0 + 4 + 8) + (11 + 15 + 19));
}

TEST_CASE("the port after the one served last goes first") {
  SramBench bench(3, 1, 1, 1);
  bench.read(0, 1, 0, 16);
  bench.read(20, 0, 0, 16);
  bench.read(20, 2, 0, 16);
  sc_core::sc_start();
  CHECK(bench.done[2]->cycles == Cycles{22 + 5});
  CHECK(bench.done[0]->cycles == Cycles{26 + 5});
}

TEST_CASE("a request that arrives at an edge does not take part in it") {
  SramBench bench(3, 1, 1, 1);
  bench.read(0, 0, 0, 16);  // granted at 2, bank free at 6
  bench.read(5, 1, 0, 16);  // arrives at 6: not granted at 6
  sc_core::sc_start();
  CHECK(bench.done[1]->cycles == Cycles{7 + 5});
  CHECK(bench.wait_cycles() == 0);
}

TEST_CASE("a later port that arrived before the edge wins over an earlier one that arrives at it") {
  SramBench bench(3, 1, 1, 1);
  bench.read(0, 0, 0, 16);  // bank free at 6
  bench.read(4, 2, 0, 16);  // arrives at 5
  bench.read(5, 1, 0, 16);  // arrives at 6
  sc_core::sc_start();
  CHECK(bench.done[2]->cycles == Cycles{6 + 5});
  CHECK(bench.done[1]->cycles == Cycles{10 + 5});
}

TEST_CASE("banks work in parallel") {
  SramBench bench(2, 2, 1, 1);
  bench.read(0, 0, 0, 16);
  bench.read(0, 1, 16, 16);
  sc_core::sc_start();
  CHECK(bench.done[0]->cycles == Cycles{2 + 5});
  CHECK(bench.done[1]->cycles == Cycles{2 + 5});
  CHECK(bench.wait_cycles() == 0);
}

TEST_CASE("a bank that is slower than the clock takes its cycles for every word") {
  SramConfig slow;
  slow.word_cycles = 3;
  SramBench bench(2, 1, 1, 3, slow);
  bench.read(0, 0, 0, 16);
  bench.read(0, 1, 0, 4);
  sc_core::sc_start();
  // Granted at 2, the last of four words at 2 + 3 + 3 x 3, back a cycle later; the bank is free at 2 + 4 x 3.
  CHECK(bench.done[0]->cycles == Cycles{2 + 3 + 9 + 1});
  CHECK(bench.done[1]->cycles == Cycles{14 + 3 + 1});
  CHECK(bench.counts.sram_busy_cycles == 4 * 3 + 3);
}

TEST_CASE("a gated bank that was idle the cycle before wakes up first, one that was not serves on") {
  SramConfig gated;
  gated.idle_leakage_share = 0.1;
  gated.wake_cycles = 5;
  SramBench bench(2, 1, 1, 1, gated);
  bench.read(0, 0, 0, 16);  // granted at 2, awake at 7, free at 11
  bench.read(0, 1, 0, 16);  // granted at 11
  bench.read(14, 0, 0, 4);  // arrives at 15, granted at 16: the bank was idle at 15
  sc_core::sc_start();
  CHECK(bench.done[0]->cycles == Cycles{7 + 5, 16 + 5 + 1 + 1});
  CHECK(bench.done[1]->cycles == Cycles{11 + 5});
  CHECK(bench.counts.sram_busy_cycles == (5 + 4) + 4 + (5 + 1));
}

TEST_CASE("banks that are never gated need not wake up") {
  SramConfig awake;
  awake.wake_cycles = 5;
  SramBench bench(1, 1, 1, 1, awake);
  bench.read(0, 0, 0, 16);
  sc_core::sc_start();
  CHECK(bench.done[0]->cycles == Cycles{2 + 5});
}
