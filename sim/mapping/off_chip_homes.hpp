#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/mapping/sram_copies.hpp"

namespace palimpsest {

/// Where buffers lie in the off-chip memory. What is there once has its place from the beginning and keeps what was
/// left there; a sample's buffers get one behind it as they are stored first.
class OffChipHomes {
 public:
  explicit OffChipHomes(const BufferTable& buffers);

  std::uint64_t bytes() const { return bytes_; }
  /// What of a buffer is there.
  const std::optional<BufferPart>& held(std::uint32_t buffer) const { return homes_[buffer].held; }

  /// The jobs that load `part` of a buffer into `copy`, or store it. Rows that follow each other go in vectors of a
  /// page of the DRAM.
  std::vector<OffChipJob> transfers(const SramCopy& copy, const BufferPart& part, bool loads);

  /// The steps that have to be done before `part` is loaded, or stored.
  void add_orders(std::uint32_t buffer, const BufferPart& part, bool loads, std::vector<std::uint32_t>& after) const;
  /// Step number `step` loads or stores it.
  void add_use(std::uint32_t buffer, const BufferPart& part, std::uint32_t step, bool loads);

 private:
  struct Home {
    std::optional<std::uint64_t> address;
    std::optional<BufferPart> held;
    std::vector<BufferUse> uses;
  };
  const BufferTable& buffers_;
  std::vector<Home> homes_;  ///< by buffer
  std::uint64_t bytes_ = 0;
};

}  // namespace palimpsest
