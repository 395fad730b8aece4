#include "models/physics/crossbar.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace palimpsest {

namespace {

/// Puts a line with what is subtracted from it behind the others.
void append(std::vector<SubtractedColumns>& runs, std::size_t line, std::size_t source, bool shared) {
  if (!runs.empty()) {
    SubtractedColumns& last = runs.back();
    const bool neighbour =
        last.shared ? shared && last.source == source : !shared && last.source + last.count == source;
    if (neighbour && last.first + last.count == line) {
      ++last.count;
      return;
    }
  }
  runs.push_back({line, 1, source, shared});
}

/// How many lines each column is subtracted from.
std::vector<std::size_t> uses(const std::vector<SenseLine>& lines, Eigen::Index columns) {
  std::vector<std::size_t> counts(static_cast<std::size_t>(columns), 0);
  for (const SenseLine& line : lines) ++counts[line.minus];
  return counts;
}

double sum(const FloatLines& numbers, std::size_t count) {
  return std::accumulate(numbers.data(), numbers.data() + count, 0.0);
}

}  // namespace

Crossbar::Crossbar(const Eigen::MatrixXf& conductances, const std::vector<SenseLine>& lines, double read_noise,
                   const WireConfig& wires, IrDropModel ir_drop)
    : line_conductances_(Eigen::RowVectorXd::Zero(static_cast<Eigen::Index>(lines.size()))) {
  const ArrayConductances array = effective_conductances(conductances.cast<double>(), wires, ir_drop);
  set_products(array.effective, lines);
  if (read_noise > 0.0) set_variances(read_noise * array.effective, lines);
  set_amplifier_noise(line_conductances_ * 0.0);
  const Eigen::RowVectorXd columns = array.effective.colwise().sum();
  Eigen::Index index = 0;
  for (const SenseLine& line : lines) line_conductances_(index++) = columns(line.plus) + columns(line.minus);
  if (array.driver.cols() == array.driver.rows()) {
    driver_ = PanelMatrix(array.driver);
  } else {
    driver_diagonal_ = array.driver.col(0);
  }
}

void Crossbar::set_products(const Eigen::MatrixXd& effective, const std::vector<SenseLine>& lines) {
  std::vector<bool> own(static_cast<std::size_t>(effective.cols()), false);
  for (const SenseLine& line : lines) own[line.plus] = true;
  std::vector<std::size_t> place(own.size(), 0);
  Eigen::MatrixXd products(effective.rows(), effective.cols());
  std::size_t next = lines.size();
  for (std::size_t column = 0; column < own.size(); ++column) {
    if (own[column]) continue;
    products.col(static_cast<Eigen::Index>(next)) = effective.col(static_cast<Eigen::Index>(column));
    place[column] = next++;
  }
  const std::vector<std::size_t> used = uses(lines, effective.cols());
  for (std::size_t line = 0; line < lines.size(); ++line) {
    assert(!own[lines[line].minus]);
    products.col(static_cast<Eigen::Index>(line)) = effective.col(lines[line].plus) - effective.col(lines[line].minus);
    append(subtracted_, line, place[lines[line].minus], used[lines[line].minus] > 1);
  }
  products_ = PanelMatrix(products);
}

void Crossbar::set_variances(const Eigen::MatrixXd& deviations, const std::vector<SenseLine>& lines) {
  const Eigen::MatrixXd squares = deviations.cwiseAbs2();
  const std::vector<std::size_t> used = uses(lines, squares.cols());
  const auto shared =
      static_cast<std::size_t>(std::count_if(used.begin(), used.end(), [](std::size_t count) { return count > 1; }));
  Eigen::MatrixXd variances(squares.rows(), static_cast<Eigen::Index>(lines.size() + shared));
  std::vector<std::size_t> place(used.size(), 0);
  std::size_t next = lines.size();
  for (std::size_t column = 0; column < used.size(); ++column) {
    if (used[column] < 2) continue;
    variances.col(static_cast<Eigen::Index>(next)) = squares.col(static_cast<Eigen::Index>(column));
    place[column] = next++;
  }
  for (std::size_t line = 0; line < lines.size(); ++line) {
    const auto [plus, minus] = lines[line];
    auto variance = variances.col(static_cast<Eigen::Index>(line));
    variance = squares.col(plus);
    if (used[minus] > 1) {
      append(shared_, line, place[minus], true);
    } else {
      variance += squares.col(minus);
    }
  }
  variances_ = PanelMatrix(variances);
}

void Crossbar::set_amplifier_noise(const Eigen::RowVectorXd& microampere) {
  amplifier_variances_.clear();
  if (variances_.empty() && microampere.isZero(0.0)) return;
  const std::size_t stride =
      variances_.empty() ? padded_to_lines(static_cast<std::size_t>(lines())) : variances_.stride();
  amplifier_variances_.resize(stride, 0.0F);
  for (Eigen::Index line = 0; line < lines(); ++line)
    amplifier_variances_[static_cast<std::size_t>(line)] = static_cast<float>(microampere(line) * microampere(line));
}

RowMatrixXf Crossbar::currents(const LineVolts& volts) const {
  RowMatrixXf all(volts.vectors(), static_cast<Eigen::Index>(products_.stride()));
  multiply(volts.conducting(0), volts.stride(), static_cast<std::size_t>(volts.vectors()), products_, all.data());
  return all.leftCols(lines());
}

/// Some vectors on their way, and what belongs to them.
struct Crossbar::Block {
  static constexpr Eigen::Index vectors = 64;

  Eigen::Index first = 0;
  Eigen::Index count = 0;
  float* currents = nullptr;
  float* variances = nullptr;
  float* draws = nullptr;
};

ReadPower Crossbar::read(const LineVolts& volts, const ReadDraws* draws, const TakeCurrents& take) const {
  struct Scratch {
    FloatLines currents, variances, draws;
  };
  thread_local Scratch scratch;
  const bool noisy = draws != nullptr && !amplifier_variances_.empty();
  const auto most = static_cast<std::size_t>(Block::vectors);
  Block block{0, 0, scratch.currents.room(most * stride()),
              scratch.variances.room(variances_.empty() ? 0 : most * variances_.stride()),
              scratch.draws.room(most * amplifier_variances_.size())};

  ReadPower power;
  if (driver_.empty()) {
    power.supply_microampere = driver_diagonal_.dot(volts.magnitudes()) / 2.0;
    power.dissipated_microwatt = driver_diagonal_.dot(volts.products());
  }
  for (Eigen::Index first = 0; first < volts.vectors(); first += Block::vectors) {
    block.first = first;
    block.count = std::min(volts.vectors() - first, Block::vectors);
    const auto count = static_cast<std::size_t>(block.count);
    multiply(volts.conducting(first), volts.stride(), count, products_, block.currents,
             (driver_.empty() ? variances_ : driver_).panel(0));

    FloatLines columns(stride());
    add_column_magnitudes(block.currents, stride(), count, subtracted_, columns.data());
    power.supply_microampere += sum(columns, stride()) / 2.0;
    if (!driver_.empty()) {
      FloatLines rows(volts.stride());
      FloatLines heat(volts.stride());
      multiply_and_sum(volts.conducting(first), volts.volts(first), volts.stride(), count, driver_, rows.data(),
                       heat.data(), variances_.panel(0));
      power.supply_microampere += sum(rows, volts.stride()) / 2.0;
      power.dissipated_microwatt += sum(heat, volts.stride());
    }
    if (noisy) add_noise(volts, *draws, block);
    take(first, block.count, block.currents);
  }
  return power;
}

void Crossbar::add_noise(const LineVolts& volts, const ReadDraws& draws, const Block& block) const {
  const auto count = static_cast<std::size_t>(block.count);
  NoiseVariances variances{nullptr, amplifier_variances_.data(), amplifier_variances_.size()};
  if (!variances_.empty()) {
    variances.of_cells = block.variances;
    multiply(volts.squares(block.first), volts.stride(), count, variances_, variances.of_cells);
  }
  for (std::size_t vector = 0; vector < count; ++vector)
    draws.draw(block.first + static_cast<Eigen::Index>(vector), block.draws + vector * variances.stride,
               variances.stride);
  palimpsest::add_noise(block.currents, stride(), count, static_cast<std::size_t>(lines()), variances, shared_,
                        block.draws);
}

Eigen::MatrixXf Crossbar::line_differences() const {
  return Eigen::MatrixXf::NullaryExpr(static_cast<Eigen::Index>(products_.rows()), lines(),
                                      [this](Eigen::Index row, Eigen::Index line) {
                                        return products_(static_cast<std::size_t>(row), static_cast<std::size_t>(line));
                                      });
}

}  // namespace palimpsest
