#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "models/physics/cell.hpp"
#include "models/physics/converter.hpp"
#include "models/physics/crossbar.hpp"
#include "models/physics/input_encoding.hpp"
#include "models/physics/line_volts.hpp"
#include "models/physics/read_draws.hpp"
#include "models/physics/sensing.hpp"
#include "models/physics/tile_config.hpp"

namespace palimpsest {

/// What depended on the values while tiles computed.
struct ReadActivity {
  double crossbar_joule = 0.0;              ///< that the supply delivered to drive the arrays
  double crossbar_dissipation_joule = 0.0;  ///< of it, what cells and wires turned into heat
  std::uint64_t saturated_dac = 0;          ///< values beyond the range, here and below
  std::uint64_t saturated_tia = 0;
  std::uint64_t saturated_adc = 0;
};

/// What drives the lines of a tile: their voltages in each pass of a read.
struct LineDrive {
  LineInputs inputs = LineInputs::codes;
  std::vector<LineVolts> passes;
};

/// The analogue path of one tile, from input codes to converted sums: DACs, array, TIAs, ADCs, pass by pass.
class AnalogueTile {
 public:
  /// The array of a tile whose cells have `conductances` [rows, columns], microsiemens. Tiles may share it.
  static std::shared_ptr<const Crossbar> array(const TileConfig& config, const CellConfig& cell,
                                               const Eigen::MatrixXf& conductances,
                                               const std::vector<SenseLine>& lines);

  /// `array` of this configuration. `seed` and `tile` key what is drawn once per chip.
  AnalogueTile(const TileConfig& config, const CellConfig& cell, std::shared_ptr<const Crossbar> array,
               std::uint64_t seed, std::uint32_t tile);
  AnalogueTile(const TileConfig& config, const CellConfig& cell, const Eigen::MatrixXf& conductances,
               const std::vector<SenseLine>& lines, std::uint64_t seed, std::uint32_t tile)
      : AnalogueTile(config, cell, array(config, cell, conductances, lines), seed, tile) {}

  /// Puts another array in place of the tile's; the converters and their range stay.
  void set_array(std::shared_ptr<const Crossbar> array);

  /// What rows driven by themselves give before amplifiers and converters, without noise: microsiemens, [rows, lines].
  /// Of cells whose current is not linear in the voltage, at the DACs' full scale.
  Eigen::MatrixXf line_differences() const { return crossbar_->line_differences(); }

  /// Largest magnitude of the amplifiers' outputs for `codes` [vectors, rows], without noise and not cut, volt.
  float largest_volt(const Eigen::MatrixXf& codes, LineInputs inputs = LineInputs::codes) const;

  /// Sets the amplifier output (> 0) of the ADCs' largest code, volt.
  void set_adc_range(float full_scale_volt) { adc_full_scale_volt_ = full_scale_volt; }

  /// Whether its lines carry for the same codes what those of any other such tile of the configuration do, in every
  /// read: its converters have no errors of their own.
  bool drives_alike() const { return dac_.are_ideal() && dac_.noise_lsb() == 0.0F; }

  /// What its lines carry for `codes` [vectors, rows], whole numbers within +-largest_code(DAC bits). Codes of spikes
  /// are zero or the largest.
  LineDrive drive(const Eigen::MatrixXf& codes, const ReadKey& key, LineInputs inputs = LineInputs::codes) const;

  /// The products of the codes that drive it with the lines' conductance differences, as the converters give them, in
  /// microsiemens times codes. Lines come in as many slices, one behind the other, as there are `weights`; each slice
  /// is multiplied with its weight and added to `sums` [vectors, lines of a slice].
  void add_products(const LineDrive& drive, const ReadKey& key, const std::vector<double>& weights,
                    Eigen::Ref<RowMatrixXf> sums, ReadActivity& activity) const;

  /// The same products of `codes` for every line: [vectors, lines].
  RowMatrixXf read(const Eigen::MatrixXf& codes, const ReadKey& key, ReadActivity& activity,
                   LineInputs inputs = LineInputs::codes) const;

 private:
  InputEncoding encoding(LineInputs inputs) const { return encoding_of(config_.mapping.inputs, inputs); }
  std::uint32_t passes(LineInputs inputs) const;
  float volt_per_code() const;
  double microampere_per_adc_code() const;
  /// Gated lines are at zero, whatever the errors of their converters. Without `noise` converters have none.
  LineVolts line_volts(const Eigen::MatrixXf& codes, LineInputs inputs, std::uint32_t pass,
                       const ReadDraws* noise) const;
  struct Converted;
  /// Converts the currents of some vectors, [vectors, stride of the array].
  void convert_currents(Eigen::Index first, Eigen::Index count, float* currents, const ReadDraws& noise,
                        const Converted& converted, ReadActivity& activity) const;

  TileConfig config_;
  CellConfig cell_;
  std::uint32_t tile_;
  std::shared_ptr<const Sensing> sensing_;
  std::shared_ptr<const Crossbar> crossbar_;
  ConverterBank dac_;
  ConverterBank adc_;
  float adc_full_scale_volt_ = 1.0F;
};

}  // namespace palimpsest
