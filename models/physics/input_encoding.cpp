#include "models/physics/input_encoding.hpp"

#include <cmath>

#include "models/physics/quantize.hpp"

namespace palimpsest {

std::uint32_t input_passes(InputEncoding encoding, int bits, const GridRefinement& refinement) {
  switch (encoding) {
    case InputEncoding::two_pass:
      return 2;
    case InputEncoding::bit_serial:
      return static_cast<std::uint32_t>(bits + refinement.fraction_bits + refinement.headroom_bits);
    case InputEncoding::bipolar:
      break;
  }
  return 1;
}

int bits_per_pass(InputEncoding encoding, int bits, LineInputs inputs) {
  if (inputs == LineInputs::spikes) return 1;
  switch (encoding) {
    case InputEncoding::two_pass:
      return bits - 1;
    case InputEncoding::bit_serial:
      return 1;
    case InputEncoding::bipolar:
      break;
  }
  return bits;
}

Eigen::MatrixXf line_codes(InputEncoding encoding, int bits, const Eigen::MatrixXf& codes, std::uint32_t pass,
                           const GridRefinement& refinement) {
  switch (encoding) {
    case InputEncoding::two_pass:
      return ((pass == 0 ? 1.0F : -1.0F) * codes).cwiseMax(0.0F);
    case InputEncoding::bit_serial: {
      const auto full = static_cast<float>(largest_code(bits));
      const float fine_codes = std::ldexp(1.0F, refinement.fraction_bits);
      return codes.unaryExpr([pass, full, fine_codes](float code) {
        const auto bits_of_code = static_cast<std::uint32_t>(static_cast<std::int32_t>(code * fine_codes));
        return ((bits_of_code >> pass) & 1U) != 0 ? full : 0.0F;
      });
    }
    case InputEncoding::bipolar:
      break;
  }
  return codes;
}

InputEncoding encoding_of(InputEncoding encoding, LineInputs inputs) {
  return inputs == LineInputs::spikes ? InputEncoding::bipolar : encoding;
}

LineCounts active_lines(InputEncoding encoding, int bits, const Eigen::MatrixXf& codes,
                        const GridRefinement& refinement) {
  const std::uint32_t passes = input_passes(encoding, bits, refinement);
  LineCounts lines(codes.rows(), Eigen::Index{passes});
  for (std::uint32_t pass = 0; pass < passes; ++pass) {
    const Eigen::MatrixXf carried = line_codes(encoding, bits, codes, pass, refinement);
    lines.col(pass) = (carried.array() != 0.0F).cast<std::uint32_t>().rowwise().sum();
  }
  return lines;
}

double pass_weight(InputEncoding encoding, int bits, std::uint32_t pass, const GridRefinement& refinement) {
  switch (encoding) {
    case InputEncoding::two_pass:
      return pass == 0 ? 1.0 : -1.0;
    case InputEncoding::bit_serial: {
      const double magnitude = std::ldexp(1.0, static_cast<int>(pass) - refinement.fraction_bits) / largest_code(bits);
      return pass + 1 == input_passes(encoding, bits, refinement) ? -magnitude : magnitude;
    }
    case InputEncoding::bipolar:
      break;
  }
  return 1.0;
}

double mean_square_of_passes(InputEncoding encoding, int bits) {
  return encoding == InputEncoding::bit_serial ? bits / 2.0 : 1.0 / 3.0;
}

}  // namespace palimpsest
