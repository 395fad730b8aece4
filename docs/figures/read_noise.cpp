// Draws docs/read-noise.svg: read noise as the crossbar model draws it, once per column and vector, beside its
// definition, an error of its own for every cell and read. The array is a full tile column by column: 127 cells at
// conductances spread over the window, two weight columns against one reference column.

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <vector>

#include "models/physics/crossbar.hpp"
#include "sim/report/plot.hpp"
#include "tests/support/array_read.hpp"

namespace palimpsest {
namespace {

constexpr Eigen::Index rows = 127;
constexpr Eigen::Index reads = 40'000;
constexpr double read_noise = 0.01;

constexpr double panel_width = 290.0;
constexpr double panel_height = 270.0;
constexpr double panel_gap = 86.0;
constexpr double left_margin = 76.0;
constexpr double panel_top = 118.0;

/// Weight columns over the window 10..80 uS, the last column the reference.
Eigen::MatrixXf conductances(double reference) {
  Eigen::MatrixXf cells(rows, 3);
  for (Eigen::Index row = 0; row < rows; ++row) {
    const auto place = static_cast<float>(row);
    cells.row(row) << 45.0F + 35.0F * std::sin(1.7F * place), 45.0F + 35.0F * std::sin(2.3F * place + 1.0F),
        static_cast<float>(reference);
  }
  return cells;
}

/// Voltages of one input vector, up to 0.2 V.
Eigen::RowVectorXf volts() {
  Eigen::RowVectorXf lines(rows);
  for (Eigen::Index row = 0; row < rows; ++row) lines(row) = 0.2F * std::sin(0.9F * static_cast<float>(row) + 0.4F);
  return lines;
}

/// Noise of both columns' currents as the model draws it: [reads, 2], microampere.
Eigen::MatrixXf column_draws(const Eigen::MatrixXf& cells) {
  const Crossbar crossbar(cells, {{0, 2}, {1, 2}}, read_noise);
  return test::read_noise_of(crossbar, LineVolts(volts().replicate(reads, 1)), 1);
}

/// The same from the definition.
Eigen::MatrixXf cell_draws(const Eigen::MatrixXf& cells) {
  const Eigen::MatrixXf deviations =
      static_cast<float>(read_noise) * volts().transpose().replicate(1, 3).cwiseProduct(cells);
  Eigen::MatrixXf noise(reads, 2);
  RandomStream stream(2, RandomPurpose::read_noise, 0, 0);
  for (Eigen::Index read = 0; read < reads; ++read) {
    const Eigen::RowVector3f currents = normal_matrix(stream, rows, 3).cwiseProduct(deviations).colwise().sum();
    noise.row(read) = currents.head<2>().array() - currents(2);
  }
  return noise;
}

/// First column, second column, and their difference, in which the reference's noise cancels.
struct Kind {
  const char* name;
  std::array<float, 2> factors;
  std::size_t colour;
};
constexpr std::array<Kind, 3> kinds{
    {{"column 1", {1.0F, 0.0F}, 0}, {"column 2", {0.0F, 1.0F}, 1}, {"column 1 - column 2", {1.0F, -1.0F}, 2}}};

std::vector<double> sorted(const Eigen::MatrixXf& noise, const Kind& kind) {
  std::vector<double> values;
  for (Eigen::Index read = 0; read < noise.rows(); ++read) {
    values.push_back(double{noise(read, 0)} * kind.factors[0] + double{noise(read, 1)} * kind.factors[1]);
  }
  std::sort(values.begin(), values.end());
  return values;
}

double correlation(const Eigen::MatrixXf& noise) {
  const Eigen::MatrixXd values = noise.cast<double>();
  return values.col(0).dot(values.col(1)) / (values.col(0).norm() * values.col(1).norm());
}

/// Correlation of the columns' noise that independent cells have.
double expected_correlation(const Eigen::MatrixXf& cells) {
  const Eigen::RowVector3d variance =
      volts().transpose().replicate(1, 3).cwiseProduct(cells).cast<double>().colwise().squaredNorm();
  return variance(2) / std::sqrt((variance(0) + variance(2)) * (variance(1) + variance(2)));
}

void draw_quantiles(SvgPicture& picture, const PlotFrame& frame, const Eigen::MatrixXf& columns,
                    const Eigen::MatrixXf& cells) {
  constexpr double range = 2.8;
  std::vector<PlotSeries> series{{"", "#888888", {-range, range}, {-range, range}, {}, {}, true, false}};
  for (const Kind& kind : kinds) {
    PlotSeries curve{kind.name, series_colour(kind.colour), {}, {}, {}, {}, false, true};
    const std::vector<double> model = sorted(columns, kind);
    const std::vector<double> definition = sorted(cells, kind);
    constexpr std::array<double, 8> tails{0.0001, 0.0003, 0.001, 0.003, 0.997, 0.999, 0.9997, 0.9999};
    std::vector<double> shares(tails.begin(), tails.end());
    for (int percent = 1; percent < 100; percent += 3) shares.push_back(percent / 100.0);
    for (const double share : shares) {
      const auto place = static_cast<std::size_t>(share * static_cast<double>(model.size()));
      curve.x.push_back(definition[place]);
      curve.y.push_back(model[place]);
    }
    series.push_back(std::move(curve));
  }
  draw_plot(picture, frame, "quantiles, 0.01 to 99.99 %", {"noise drawn per cell (uA)", false, -range, range},
            {"noise drawn per column (uA)", false, -range, range}, series, true);
}

void draw_distance(SvgPicture& picture, const PlotFrame& frame, const Eigen::MatrixXf& columns,
                   const Eigen::MatrixXf& cells) {
  constexpr double range = 2.5;
  // 1 % of pairs of samples from one distribution lie further apart somewhere (Kolmogorov-Smirnov).
  const double critical = 100.0 * 1.628 * std::sqrt(2.0 / static_cast<double>(reads));
  std::vector<PlotSeries> series{
      {"", "#888888", {-range, range}, {0, 0}, {-critical, -critical}, {critical, critical}, true, false}};
  for (const Kind& kind : kinds) {
    PlotSeries curve{kind.name, series_colour(kind.colour), {}, {}, {}, {}, true, false};
    const std::vector<double> model = sorted(columns, kind);
    const std::vector<double> definition = sorted(cells, kind);
    const auto percent_below = [](const std::vector<double>& values, double current) {
      return 100.0 * static_cast<double>(std::upper_bound(values.begin(), values.end(), current) - values.begin()) /
             static_cast<double>(values.size());
    };
    for (double current = -range; current <= range; current += 0.025) {
      curve.x.push_back(current);
      curve.y.push_back(percent_below(model, current) - percent_below(definition, current));
    }
    series.push_back(std::move(curve));
  }
  draw_plot(picture, frame, "difference of the distributions", {"noise (uA)", false, -range, range},
            {"per column less per cell (% of reads)", false, -2.0, 2.0}, series, true);
}

void draw_correlation(SvgPicture& picture, const PlotFrame& frame) {
  PlotSeries expected{"independent cells, closed form", "#888888", {}, {}, {}, {}, true, false};
  PlotSeries model{"drawn per column", series_colour(0), {}, {}, {}, {}, false, true};
  PlotSeries definition{"drawn per cell", series_colour(1), {}, {}, {}, {}, false, true};
  for (double reference = 0.0; reference <= 80.0; reference += 2.0) {
    expected.x.push_back(reference);
    expected.y.push_back(expected_correlation(conductances(reference)));
  }
  for (double reference = 10.0; reference <= 80.0; reference += 10.0) {
    model.x.push_back(reference);
    model.y.push_back(correlation(column_draws(conductances(reference))));
    definition.x.push_back(reference);
    definition.y.push_back(correlation(cell_draws(conductances(reference))));
  }
  draw_plot(picture, frame, "what two columns share", {"conductance of the reference cells (uS)", false, 0.0, 80.0},
            {"correlation of their noise", false, 0.0, 1.0}, {expected, definition, model}, true);
}

std::string figure() {
  const Eigen::MatrixXf cells = conductances(45.0);
  const Eigen::MatrixXf per_column = column_draws(cells);
  const Eigen::MatrixXf per_cell = cell_draws(cells);
  SvgPicture picture;
  picture.text(24.0, 28.0, "Read noise drawn per column is that of independent cells",
               "font-size=\"16\" font-weight=\"bold\"");
  picture.text(
      24.0, 47.0,
      std::to_string(reads) + " reads of " + std::to_string(rows) +
          " cells over 10 to 80 uS, each with a read noise of 1 % of its conductance; reference cells at 45 uS");
  picture.text(24.0, 66.0, "grey band: 1 % of pairs of samples from one distribution leave it (Kolmogorov-Smirnov)");
  const auto frame = [](int number) {
    return PlotFrame{left_margin + number * (panel_width + panel_gap), panel_top, panel_width, panel_height};
  };
  draw_quantiles(picture, frame(0), per_column, per_cell);
  draw_distance(picture, frame(1), per_column, per_cell);
  draw_correlation(picture, frame(2));
  return picture.svg(frame(2).left + panel_width + 24.0, panel_top + panel_height + 56.0);
}

}  // namespace
}  // namespace palimpsest

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "figure_read_noise FILE\n";
    return 2;
  }
  std::ofstream file(argv[1], std::ios::binary);
  file << palimpsest::figure();
  return file.flush() ? 0 : 1;
}
