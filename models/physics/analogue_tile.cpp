#include "models/physics/analogue_tile.hpp"

#include <algorithm>
#include <cmath>

#include "models/physics/quantize.hpp"
#include "models/physics/scaled.hpp"
#include "models/physics/tile_kernels.hpp"
#include "models/physics/units.hpp"

namespace palimpsest {

namespace {

double read_noise(const TileConfig& config, const CellConfig& cell) {
  return config.crossbar.noisy_cells ? cell.read_noise : 0.0;
}

}  // namespace

std::shared_ptr<const Crossbar> AnalogueTile::array(const TileConfig& config, const CellConfig& cell,
                                                    const Eigen::MatrixXf& conductances,
                                                    const std::vector<SenseLine>& lines) {
  auto result = std::make_shared<Crossbar>(conductances, lines, read_noise(config, cell), config.wires, config.ir_drop);
  const auto sensing = sensing_of(config);
  const double volt_per_microampere = sensing->volt_per_microampere();
  result->set_amplifier_noise(result->line_conductances().unaryExpr(
      [&](double microsiemens) { return noise_volt(config, *sensing, microsiemens) / volt_per_microampere; }));
  return result;
}

AnalogueTile::AnalogueTile(const TileConfig& config, const CellConfig& cell, std::shared_ptr<const Crossbar> array,
                           std::uint64_t seed, std::uint32_t tile)
    : config_(config),
      cell_(cell),
      tile_(tile),
      sensing_(sensing_of(config)),
      crossbar_(std::move(array)),
      dac_(config.dac.errors, static_cast<std::uint32_t>(crossbar_->rows()), largest_code(config.dac.bits), seed,
           RandomPurpose::dac_traits, tile),
      adc_(config.adc.errors, config.adc.count, largest_code(config.adc.bits), seed, RandomPurpose::adc_traits, tile) {}

void AnalogueTile::set_array(std::shared_ptr<const Crossbar> array) { crossbar_ = std::move(array); }

float AnalogueTile::volt_per_code() const {
  return static_cast<float>(config_.dac.full_scale_volt / largest_code(config_.dac.bits));
}

double AnalogueTile::microampere_per_adc_code() const {
  return double{adc_full_scale_volt_} / largest_code(config_.adc.bits) / sensing_->volt_per_microampere();
}

std::uint32_t AnalogueTile::passes(LineInputs inputs) const {
  return input_passes(encoding(inputs), config_.dac.bits, config_.dac.refinement);
}

LineVolts AnalogueTile::line_volts(const Eigen::MatrixXf& codes, LineInputs inputs, std::uint32_t pass,
                                   const ReadDraws* noise) const {
  Eigen::MatrixXf lsb = line_codes(encoding(inputs), config_.dac.bits, codes, pass, config_.dac.refinement);
  Eigen::ArrayXXf driven;
  if (gates(config_.dac, inputs)) driven = (lsb.array() != 0.0F).cast<float>();
  dac_.distort(lsb);
  if (noise != nullptr && dac_.noise_lsb() > 0.0F) {
    Eigen::RowVectorXf draws(lsb.cols());
    for (Eigen::Index vector = 0; vector < lsb.rows(); ++vector) {
      noise->draw(vector, draws.data(), static_cast<std::size_t>(draws.size()));
      lsb.row(vector) += dac_.noise_lsb() * draws;
    }
  }
  if (driven.size() > 0) lsb.array() *= driven;
  const Eigen::MatrixXf volts = lsb * volt_per_code();
  Eigen::MatrixXf conducting;
  if (cell_.nonlinearity_volt) {
    conducting = volts.unaryExpr([&](float volt) {
      return static_cast<float>(conducting_volt(double{volt}, *cell_.nonlinearity_volt, config_.dac.full_scale_volt));
    });
  }
  return LineVolts(volts, conducting, read_noise(config_, cell_) > 0.0);
}

float AnalogueTile::largest_volt(const Eigen::MatrixXf& codes, LineInputs inputs) const {
  float largest = 0.0F;
  for (std::uint32_t pass = 0; pass < passes(inputs); ++pass) {
    const RowMatrixXf currents = crossbar_->currents(line_volts(codes, inputs, pass, nullptr));
    largest = std::max(largest, static_cast<float>(sensing_->volt_per_microampere()) * currents.cwiseAbs().maxCoeff());
  }
  return largest;
}

LineDrive AnalogueTile::drive(const Eigen::MatrixXf& codes, const ReadKey& key, LineInputs inputs) const {
  LineDrive drive{inputs, {}};
  drive.passes.reserve(passes(inputs));
  for (std::uint32_t pass = 0; pass < passes(inputs); ++pass) {
    const ReadDraws noise(key, RandomPurpose::dac_noise, tile_, pass);
    drive.passes.push_back(line_volts(codes, inputs, pass, &noise));
  }
  return drive;
}

/// Where codes go.
struct AnalogueTile::Converted {
  std::vector<float> weights;  ///< of a code, by slice
  float* sums;                 ///< of the first vector
  std::size_t stride;          ///< from a vector's sums to the next one's
};

void AnalogueTile::convert_currents(Eigen::Index first, Eigen::Index count, float* currents, const ReadDraws& noise,
                                    const Converted& converted, ReadActivity& activity) const {
  const std::size_t stride = crossbar_->stride();
  const auto vectors = static_cast<std::size_t>(count);
  const auto lines = static_cast<std::size_t>(crossbar_->lines());
  const auto largest = static_cast<float>(largest_code(config_.adc.bits));
  Amplification amplification{static_cast<float>(sensing_->volt_per_microampere()),
                              static_cast<float>(config_.tia.saturation_volt), largest / adc_full_scale_volt_};
  if (!adc_.are_ideal()) {
    activity.saturated_tia += amplify(amplification, currents, stride, vectors, lines);
    amplification = {};
    adc_.distort(Eigen::Map<Eigen::MatrixXf, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>(
        currents, count, crossbar_->lines(), {1, static_cast<Eigen::Index>(stride)}));
  }

  const GridRefinement& refinement = config_.adc.refinement;
  Conversion conversion;
  conversion.noise_codes = adc_.noise_lsb(config_.adc.noise_volt * double{largest} / double{adc_full_scale_volt_});
  conversion.fine_codes = std::ldexp(1.0F, refinement.fraction_bits);
  conversion.limit = std::ldexp(largest * conversion.fine_codes, refinement.headroom_bits);
  thread_local FloatLines scratch;
  float* draws = nullptr;
  if (conversion.noise_codes > 0.0F) {
    draws = scratch.room(vectors * stride);
    for (std::size_t vector = 0; vector < vectors; ++vector)
      noise.draw(first + static_cast<Eigen::Index>(vector), draws + vector * stride, padded_to_lines(lines));
  }
  const std::size_t of_slice = lines / converted.weights.size();
  for (std::size_t slice = 0; slice < converted.weights.size(); ++slice) {
    conversion.weight = converted.weights[slice] / conversion.fine_codes;
    const std::size_t before = slice * of_slice;
    const Saturated saturated =
        convert(amplification, conversion, {currents + before, stride, vectors, of_slice},
                draws == nullptr ? nullptr : draws + before,
                converted.sums + static_cast<std::size_t>(first) * converted.stride, converted.stride);
    activity.saturated_tia += saturated.amplifiers;
    activity.saturated_adc += saturated.converters;
  }
}

void AnalogueTile::add_products(const LineDrive& drive, const ReadKey& key, const std::vector<double>& weights,
                                Eigen::Ref<RowMatrixXf> sums, ReadActivity& activity) const {
  const double seconds = sensing_->array_ns() * nano;
  const double product_per_code = microampere_per_adc_code() / double{volt_per_code()};
  if (!std::all_of(weights.begin(), weights.end(), [&](double one) { return fits_float(one * product_per_code); })) {
    RowMatrixXf unscaled = RowMatrixXf::Zero(sums.rows(), sums.cols());
    std::vector<double> relative = weights;
    for (double& weight : relative) weight /= weights.front();
    add_products(drive, key, relative, unscaled, activity);
    sums += (unscaled.cast<double>() * weights.front()).cast<float>();
    return;
  }
  for (std::uint32_t pass = 0; pass < drive.passes.size(); ++pass) {
    const ReadDraws read_noise(key, RandomPurpose::read_noise, tile_, pass);
    const ReadDraws conversion_noise(key, RandomPurpose::adc_noise, tile_, pass);
    const double of_pass =
        product_per_code * pass_weight(encoding(drive.inputs), config_.dac.bits, pass, config_.dac.refinement);
    Converted converted{{}, sums.data(), static_cast<std::size_t>(sums.outerStride())};
    converted.weights.reserve(weights.size());
    for (const double weight : weights) converted.weights.push_back(static_cast<float>(weight * of_pass));
    const ReadPower power =
        crossbar_->read(drive.passes[pass], &read_noise, [&](Eigen::Index first, Eigen::Index count, float* currents) {
          convert_currents(first, count, currents, conversion_noise, converted, activity);
        });
    activity.crossbar_joule += config_.supply_volt * power.supply_microampere * micro * seconds;
    activity.crossbar_dissipation_joule += power.dissipated_microwatt * micro * seconds;
  }
}

RowMatrixXf AnalogueTile::read(const Eigen::MatrixXf& codes, const ReadKey& key, ReadActivity& activity,
                               LineInputs inputs) const {
  RowMatrixXf sums = RowMatrixXf::Zero(codes.rows(), crossbar_->lines());
  add_products(drive(codes, key, inputs), key, {1.0}, sums, activity);
  return sums;
}

}  // namespace palimpsest
