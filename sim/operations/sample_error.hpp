#pragma once

#include <cstdint>
#include <string>

#include "sim/error.hpp"

namespace palimpsest {

/// What one sample of a trace has wrong. Who evaluates some of many samples together counts those alone, and tells the
/// sample's own number on the way up.
class SampleError : public UserError {
 public:
  SampleError(const std::string& message, std::uint32_t sample)
      : UserError(ExitCode::trace, message + " in sample " + std::to_string(sample)),
        message_(message),
        sample_(sample) {}

  std::uint32_t sample() const { return sample_; }
  SampleError with_sample(std::uint32_t sample) const { return {message_, sample}; }

 private:
  std::string message_;
  std::uint32_t sample_;
};

}  // namespace palimpsest
