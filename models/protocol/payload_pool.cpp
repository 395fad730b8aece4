#include "models/protocol/payload_pool.hpp"

#include "models/protocol/memory_protocol.hpp"

namespace palimpsest {

tlm::tlm_generic_payload& PayloadPool::acquire() {
  if (free_.empty()) {
    payloads_.push_back(std::make_unique<tlm::tlm_generic_payload>(this));
    payloads_.back()->set_extension(new RequestOrigin);  // freed by the payload's destructor
    free_.push_back(payloads_.back().get());
  }
  tlm::tlm_generic_payload* payload = free_.back();
  free_.pop_back();
  payload->acquire();
  return *payload;
}

void PayloadPool::free(tlm::tlm_generic_payload* payload) {
  payload->reset();  // drops the extensions a target added for this request only, and nothing else
  payload->set_command(tlm::TLM_IGNORE_COMMAND);
  payload->set_address(0);
  payload->set_data_ptr(nullptr);
  payload->set_data_length(0);
  payload->set_streaming_width(0);
  payload->set_byte_enable_ptr(nullptr);
  payload->set_byte_enable_length(0);
  payload->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  payload->set_dmi_allowed(false);
  payload->set_gp_option(tlm::TLM_MIN_PAYLOAD);
  payload->get_extension<RequestOrigin>()->port = 0;
  free_.push_back(payload);
}

}  // namespace palimpsest
