#pragma once

#include <tlm>

#include <memory>
#include <vector>

namespace palimpsest {

/// Owns the memory payloads of a chip and lends them out again. A payload comes back as if it were new, and keeps its
/// RequestOrigin for the next request.
class PayloadPool : public tlm::tlm_mm_interface {
 public:
  /// A payload of which the caller holds the only reference.
  tlm::tlm_generic_payload& acquire();

  /// Called by the payload when its last reference is released.
  void free(tlm::tlm_generic_payload* payload) override;

 private:
  std::vector<std::unique_ptr<tlm::tlm_generic_payload>> payloads_;
  std::vector<tlm::tlm_generic_payload*> free_;
};

}  // namespace palimpsest
