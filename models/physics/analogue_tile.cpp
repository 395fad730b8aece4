#include "models/physics/analogue_tile.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

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
    make(tile.amplifier_noise_volt_.maxCoeff() > 0.0F, RandomPurpose::tia_noise, tia);
    make(tile.adc_.is_noisy() || tile.adc_noise_lsb() > 0.0, RandomPurpose::adc_noise, adc);
  }
};

AnalogueTile::AnalogueTile(const TileConfig& config, const CellConfig& cell, const Eigen::MatrixXf& conductances,
                           std::vector<SenseLine> lines, std::uint64_t seed, std::uint32_t tile)
    : config_(config),
      cell_(cell),
      tile_(tile),
      sensing_(sensing_of(config)),
      crossbar_(conductances, std::move(lines), read_noise(), config.wires, config.ir_drop),
      dac_(config.dac.errors, static_cast<std::uint32_t>(conductances.rows()), largest_code(config.dac.bits), seed,
           RandomPurpose::dac_traits, tile),
      adc_(config.adc.errors, config.adc.count, largest_code(config.adc.bits), seed, RandomPurpose::adc_traits, tile) {
  set_amplifier_noise();
}

void AnalogueTile::set_conductances(const Eigen::MatrixXf& conductances, std::vector<SenseLine> lines) {
  crossbar_ = Crossbar(conductances, std::move(lines), read_noise(), config_.wires, config_.ir_drop);
  set_amplifier_noise();
}

void AnalogueTile::set_amplifier_noise() {
  amplifier_noise_volt_ =
      crossbar_.line_conductances()
          .unaryExpr([this](double microsiemens) { return noise_volt(config_, *sensing_, microsiemens); })
          .cast<float>();
}

double AnalogueTile::adc_noise_lsb() const {
  return config_.adc.noise_volt * largest_code(config_.adc.bits) / double{adc_full_scale_volt_};
}

float AnalogueTile::volt_per_code() const {
  return static_cast<float>(config_.dac.full_scale_volt / largest_code(config_.dac.bits));
}

std::uint32_t AnalogueTile::passes(LineInputs inputs) const {
  return input_passes(encoding(inputs), config_.dac.bits, config_.dac.refinement);
}

Eigen::MatrixXf AnalogueTile::line_volts(const Eigen::MatrixXf& codes, LineInputs inputs, std::uint32_t pass,
                                         Streams* streams) const {
  Eigen::MatrixXf lsb = line_codes(encoding(inputs), config_.dac.bits, codes, pass, config_.dac.refinement);
  Eigen::ArrayXXf driven;
  if (gates(config_.dac, inputs)) driven = (lsb.array() != 0.0F).cast<float>();
  dac_.distort(lsb);
  if (streams != nullptr && streams->dac) {
    streams->dac->for_each([&](Eigen::Index row, Eigen::Index rows, RandomStream& stream) {
      dac_.add_noise(lsb.middleRows(row, rows), stream);
    });
  }
  if (driven.size() > 0) lsb.array() *= driven;
  return lsb * volt_per_code();
}

Eigen::MatrixXf AnalogueTile::conducting(const Eigen::MatrixXf& volts) const {
  if (!cell_.nonlinearity_volt) return volts;
  return volts.unaryExpr([&](float volt) {
    return static_cast<float>(conducting_volt(double{volt}, *cell_.nonlinearity_volt, config_.dac.full_scale_volt));
  });
}

float AnalogueTile::largest_volt(const Eigen::MatrixXf& codes, LineInputs inputs) const {
  float largest = 0.0F;
  for (std::uint32_t pass = 0; pass < passes(inputs); ++pass) {
    const Eigen::MatrixXf currents = crossbar_.currents(conducting(line_volts(codes, inputs, pass, nullptr)));
    largest = std::max(largest, static_cast<float>(sensing_->volt_per_microampere()) * currents.cwiseAbs().maxCoeff());
  }
  return largest;
}

Eigen::MatrixXf AnalogueTile::converted(Eigen::MatrixXf volts, Streams& streams, ReadActivity& activity) const {
  if (streams.tia) {
    streams.tia->for_each([&](Eigen::Index row, Eigen::Index rows, RandomStream& stream) {
      volts.middleRows(row, rows) += normal_matrix(stream, rows, volts.cols()) * amplifier_noise_volt_.asDiagonal();
    });
  }
  saturate(config_.tia, volts, activity.saturated_tia);
  const auto limit = static_cast<float>(largest_code(config_.adc.bits));
  volts *= limit / adc_full_scale_volt_;
  adc_.distort(volts);
  if (streams.adc) {
    streams.adc->for_each([&](Eigen::Index row, Eigen::Index rows, RandomStream& stream) {
      adc_.add_noise(volts.middleRows(row, rows), stream, adc_noise_lsb());
    });
  }
  return quantize_codes(volts, limit, config_.adc.bits, activity.saturated_adc, config_.adc.refinement);
}

Eigen::MatrixXf AnalogueTile::read(const Eigen::MatrixXf& codes, const ReadKey& key, ReadActivity& activity,
                                   LineInputs inputs) const {
  Streams streams(*this, key, codes.rows());
  const double seconds = sensing_->array_ns() * nano;
  const double volt_per_microampere = sensing_->volt_per_microampere();
  Eigen::MatrixXf sum;
  for (std::uint32_t pass = 0; pass < passes(inputs); ++pass) {
    const Eigen::MatrixXf volts = line_volts(codes, inputs, pass, &streams);
    const Eigen::MatrixXf effective = conducting(volts);
    Eigen::MatrixXf currents = crossbar_.currents(effective);
    if (streams.crossbar) {
      streams.crossbar->for_each([&](Eigen::Index row, Eigen::Index rows, RandomStream& stream) {
        crossbar_.add_read_noise(effective.middleRows(row, rows), stream, currents.middleRows(row, rows));
      });
    }
    const ReadPower power = crossbar_.read_power(volts, effective);
    activity.crossbar_joule += config_.supply_volt * power.supply_microampere * micro * seconds;
    activity.crossbar_dissipation_joule += power.dissipated_microwatt * micro * seconds;
    const Eigen::MatrixXf result =
        static_cast<float>(pass_weight(encoding(inputs), config_.dac.bits, pass, config_.dac.refinement)) *
        converted(static_cast<float>(volt_per_microampere) * currents, streams, activity);
    sum = pass == 0 ? result : sum + result;
  }
  const double microampere_per_code =
      double{adc_full_scale_volt_} / largest_code(config_.adc.bits) / volt_per_microampere;
  return static_cast<float>(microampere_per_code / double{volt_per_code()}) * sum;
}

}  // namespace palimpsest
