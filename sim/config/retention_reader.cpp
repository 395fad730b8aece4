#include "sim/config/retention_reader.hpp"

namespace palimpsest {

RetentionConfig read_retention(JsonReader& reader) {
  RetentionConfig retention;
  reader.schema("palimpsest.retention", 1);
  retention.relaxation_mean_microsiemens_per_ln = reader.number("relaxation_mean_microsiemens_per_ln", -100.0, 100.0);
  retention.relaxation_sigma_microsiemens = reader.number("relaxation_sigma_microsiemens", 0.0, 100.0);
  retention.relaxation_sigma_microsiemens_per_ln = reader.number("relaxation_sigma_microsiemens_per_ln", 0.0, 100.0);
  retention.exponent = reader.number("exponent", 0.0, 10.0);
  retention.exponent_spread = reader.number("exponent_spread", 0.0, 10.0);
  retention.read_disturb_per_read = reader.number("read_disturb_per_read", 0.0, 1.0);
  reader.finish();
  return retention;
}

}  // namespace palimpsest
