#include "models/physics/analogue_tile.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "models/physics/input_encoding.hpp"
#include "models/physics/quantize.hpp"
#include "models/physics/units.hpp"

namespace palimpsest {

/// The streams of what is noisy.
struct AnalogueTile::Streams {
  std::optional<SampleStreams> dac, crossbar, tia, adc;

  Streams(const AnalogueTile& tile, const ReadKey& key, Eigen::Index vectors) {
    const auto make = [&](bool noisy, RandomPurpose purpose, std::optional<SampleStreams>& streams) {
      if (noisy) streams.emplace(key, purpose, tile.tile_, vectors);
    };
    make(tile.dac_.is_noisy(), RandomPurpose::dac_noise, dac);
    make(tile.crossbar_.is_noisy(), RandomPurpose::read_noise, crossbar);
    make(tile.config_.tia.noise_volt > 0.0, RandomPurpose::tia_noise, tia);
    make(tile.adc_.is_noisy(), RandomPurpose::adc_noise, adc);
  }
};

AnalogueTile::AnalogueTile(const TileConfig& config, const CellConfig& cell, const Eigen::MatrixXf& conductances,
                           std::vector<SenseLine> lines, std::uint64_t seed, std::uint32_t tile)
    : config_(config),
      cell_(cell),
      tile_(tile),
      crossbar_(conductances, std::move(lines), read_noise(), config.wires, config.ir_drop),
      dac_(config.dac.errors, static_cast<std::uint32_t>(conductances.rows()), largest_code(config.dac.bits), seed,
           RandomPurpose::dac_traits, tile),
      adc_(config.adc.errors, config.adc.count, largest_code(config.adc.bits), seed, RandomPurpose::adc_traits, tile) {}

void AnalogueTile::set_conductances(const Eigen::MatrixXf& conductances, std::vector<SenseLine> lines) {
  crossbar_ = Crossbar(conductances, std::move(lines), read_noise(), config_.wires, config_.ir_drop);
}

float AnalogueTile::volt_per_code() const {
  return static_cast<float>(config_.dac.full_scale_volt / largest_code(config_.dac.bits));
}

std::uint32_t AnalogueTile::passes() const {
  return input_passes(config_.mapping.inputs, config_.dac.bits, config_.dac.refinement);
}

Eigen::MatrixXf AnalogueTile::line_volts(const Eigen::MatrixXf& codes, std::uint32_t pass, Streams* streams) const {
  Eigen::MatrixXf lsb = line_codes(config_.mapping.inputs, config_.dac.bits, codes, pass, config_.dac.refinement);
  dac_.distort(lsb);
  if (streams != nullptr && streams->dac) {
    streams->dac->for_each([&](Eigen::Index row, Eigen::Index rows, RandomStream& stream) {
      dac_.add_noise(lsb.middleRows(row, rows), stream);
    });
  }
  return lsb * volt_per_code();
}

Eigen::MatrixXf AnalogueTile::conducting(const Eigen::MatrixXf& volts) const {
  if (!cell_.nonlinearity_volt) return volts;
  return volts.unaryExpr([&](float volt) {
    return static_cast<float>(conducting_volt(double{volt}, *cell_.nonlinearity_volt, config_.dac.full_scale_volt));
  });
}

float AnalogueTile::largest_volt(const Eigen::MatrixXf& codes) const {
  float largest = 0.0F;
  for (std::uint32_t pass = 0; pass < passes(); ++pass) {
    const Eigen::MatrixXf currents = crossbar_.currents(conducting(line_volts(codes, pass, nullptr)));
    largest = std::max(largest, tia_volts(config_.tia, currents).cwiseAbs().maxCoeff());
  }
  return largest;
}

Eigen::MatrixXf AnalogueTile::converted(Eigen::MatrixXf volts, Streams& streams, ReadActivity& activity) const {
  if (streams.tia) {
    streams.tia->for_each([&](Eigen::Index row, Eigen::Index rows, RandomStream& stream) {
      volts.middleRows(row, rows) +=
          static_cast<float>(config_.tia.noise_volt) * normal_matrix(stream, rows, volts.cols());
    });
  }
  saturate(config_.tia, volts, activity.saturated_tia);
  const auto limit = static_cast<float>(largest_code(config_.adc.bits));
  volts *= limit / adc_full_scale_volt_;
  adc_.distort(volts);
  if (streams.adc) {
    streams.adc->for_each([&](Eigen::Index row, Eigen::Index rows, RandomStream& stream) {
      adc_.add_noise(volts.middleRows(row, rows), stream);
    });
  }
  return quantize_codes(volts, limit, config_.adc.bits, activity.saturated_adc, config_.adc.refinement);
}

Eigen::MatrixXf AnalogueTile::read(const Eigen::MatrixXf& codes, const ReadKey& key, ReadActivity& activity) const {
  Streams streams(*this, key, codes.rows());
  Eigen::MatrixXf sum;
  for (std::uint32_t pass = 0; pass < passes(); ++pass) {
    const Eigen::MatrixXf volts = line_volts(codes, pass, &streams);
    const Eigen::MatrixXf effective = conducting(volts);
    Eigen::MatrixXf currents = crossbar_.currents(effective);
    if (streams.crossbar) {
      streams.crossbar->for_each([&](Eigen::Index row, Eigen::Index rows, RandomStream& stream) {
        crossbar_.add_read_noise(effective.middleRows(row, rows), stream, currents.middleRows(row, rows));
      });
    }
    activity.crossbar_joule += crossbar_.read_energy_joule(volts, effective, config_.crossbar.read_ns * nano);
    const Eigen::MatrixXf result =
        static_cast<float>(pass_weight(config_.mapping.inputs, config_.dac.bits, pass, config_.dac.refinement)) *
        converted(tia_volts(config_.tia, currents), streams, activity);
    sum = pass == 0 ? result : sum + result;
  }
  const double microampere_per_code =
      double{adc_full_scale_volt_} / largest_code(config_.adc.bits) / (config_.tia.gain_ohm * micro);
  return static_cast<float>(microampere_per_code / double{volt_per_code()}) * sum;
}

}  // namespace palimpsest
