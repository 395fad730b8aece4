#include "models/modules/memory_port.hpp"

#include <catch2/catch.hpp>

#include "tests/module/stubs.hpp"

using namespace palimpsest;

namespace {

/// A memory port between a script and a memory that responds after five cycles.
struct PortBench {
  TestServices chip;
  Script script{"script"};
  EventLog done{"done"};
  MemoryPort port{"port", chip.services};
  StubMemory memory{"memory", 5};

  PortBench() { port.socket.bind(memory.socket); }

  void read_at(std::uint64_t cycle, const std::vector<StridedRange>& ranges, std::uint64_t vector,
               std::uint64_t slot_offset) {
    script.at(cycle, [&, vector, slot_offset] {
      port.start(tlm::TLM_READ_COMMAND, ranges, vector, 8, slot_offset, done.event);
    });
  }
};

}  // namespace

TEST_CASE("a port cuts at lines, sends one request per cycle, and is done with the last response") {
  PortBench bench;
  const std::vector<StridedRange> ranges = {{60, 72, 0, false}};
  bench.read_at(0, ranges, 0, 0);
  sc_core::sc_start(CycleTime(test_clock).span(7));  // runs what happens before cycle 7
  CHECK(bench.done.cycles.empty());
  sc_core::sc_start();
  CHECK(bench.done.cycles == std::vector<std::uint64_t>{7});  // sent at 0, 1, 2; 2 + 5
  CHECK(bench.memory.requests ==
        std::vector<StubMemory::Request>{{0, 60, 4, true}, {1, 64, 64, true}, {2, 128, 4, true}});
}

TEST_CASE("a port goes through ranges in order, with stride and slot where they apply") {
  PortBench bench;
  const std::vector<StridedRange> ranges = {{1024, 8, 16, true}, {0, 0, 0, true}, {256, 8, 32, false}};
  bench.read_at(3, ranges, 2, 4096);
  sc_core::sc_start();
  CHECK(bench.memory.requests ==
        std::vector<StubMemory::Request>{{3, 1024 + 2 * 16 + 4096, 8, true}, {4, 256 + 2 * 32, 8, true}});
  CHECK(bench.done.cycles == std::vector<std::uint64_t>{9});
}

TEST_CASE("a port with nothing to move is done in the same cycle") {
  PortBench bench;
  const std::vector<StridedRange> none;
  const std::vector<StridedRange> empty = {{64, 0, 0, false}};
  bench.read_at(2, none, 0, 0);
  bench.read_at(4, empty, 0, 0);
  sc_core::sc_start();
  CHECK(bench.done.cycles == std::vector<std::uint64_t>{2, 4});
  CHECK(bench.memory.requests.empty());
}

TEST_CASE("a payload comes back from the pool as if it were new") {
  PayloadPool pool;
  unsigned char byte = 0;
  tlm::tlm_generic_payload& used = pool.acquire();
  used.set_write();
  used.set_address(64);
  used.set_data_ptr(&byte);
  used.set_data_length(1);
  used.set_streaming_width(1);
  used.set_byte_enable_ptr(&byte);
  used.set_byte_enable_length(1);
  used.set_response_status(tlm::TLM_OK_RESPONSE);
  used.set_dmi_allowed(true);
  used.get_extension<RequestOrigin>()->port = 7;
  used.release();

  tlm::tlm_generic_payload& again = pool.acquire();
  CHECK(&again == &used);
  CHECK(again.get_ref_count() == 1);
  CHECK(again.get_command() == tlm::TLM_IGNORE_COMMAND);
  CHECK(again.get_address() == 0);
  CHECK(again.get_data_ptr() == nullptr);
  CHECK(again.get_data_length() == 0);
  CHECK(again.get_streaming_width() == 0);
  CHECK(again.get_byte_enable_ptr() == nullptr);
  CHECK(again.get_byte_enable_length() == 0);
  CHECK(again.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE);
  CHECK_FALSE(again.is_dmi_allowed());
  CHECK(again.get_extension<RequestOrigin>()->port == 0);
  again.release();
}

TEST_CASE("a range of more than 4 GiB is cut to its end") {
  const std::uint32_t line = std::uint32_t{1} << 31U;
  const std::vector<StridedRange> ranges{{0, 2 * std::uint64_t{line} + 10, 0, false}};
  RequestCutter cutter(line);
  cutter.start(ranges, 0, 1, false, 0);
  std::vector<std::uint32_t> bytes;
  while (!cutter.exhausted()) bytes.push_back(cutter.next().bytes);
  CHECK(bytes == std::vector<std::uint32_t>{line, line, 10});
}

TEST_CASE("columns of a word are read with the first of them and written with the last") {
  using Requests = std::vector<std::pair<std::uint64_t, std::uint32_t>>;
  // A matrix of 2 rows of 7 bytes on words; a word holds 4 columns, and the last three columns are what is left.
  const std::vector<StridedRange> columns{{100, 1, 1, false, 2, 8, 4}};
  const auto requests = [&](std::uint64_t vector, bool written) {
    RequestCutter cutter(64);
    cutter.start(columns, vector, 7, written, 0);
    Requests all;
    while (!cutter.exhausted()) {
      const MemoryRequest request = cutter.next();
      all.emplace_back(request.address, request.bytes);
    }
    return all;
  };
  const Requests first{{100, 4}, {108, 4}};
  const Requests last{{104, 3}, {112, 3}};
  for (std::uint64_t vector = 0; vector < 7; ++vector) {
    CHECK(requests(vector, false) == (vector == 0 ? first : vector == 4 ? last : Requests{}));
    CHECK(requests(vector, true) == (vector == 3 ? first : vector == 6 ? last : Requests{}));
  }
}
