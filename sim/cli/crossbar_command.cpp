#include "sim/cli/crossbar_command.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <boost/program_options.hpp>
#include <iostream>
#include <optional>

#include "models/physics/access_transistor.hpp"
#include "models/physics/ir_drop.hpp"
#include "models/physics/units.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/outputs.hpp"
#include "sim/config/csv_table.hpp"
#include "sim/config/one_line.hpp"
#include "sim/error.hpp"
#include "sim/report/number_format.hpp"

namespace palimpsest {

namespace po = boost::program_options;

namespace {

// As many rows and columns as a tile may have.
constexpr std::size_t most_lines = 4096;
constexpr double most_siemens = 1.0;
constexpr double most_volt = 1000.0;
constexpr double most_ohm = 1e9;

/// Numbers of a whole file, within [smallest, largest].
Eigen::MatrixXd numbers(const CsvTable& table, double smallest, double largest) {
  Eigen::MatrixXd values(static_cast<Eigen::Index>(table.rows()), static_cast<Eigen::Index>(table.fields()));
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t field = 0; field < table.fields(); ++field) {
      values(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(field)) =
          table.number(row, field, smallest, largest);
    }
  }
  return values;
}

/// Siemens, [rows, columns].
Eigen::MatrixXd read_conductances(const std::string& file) {
  const CsvTable table(file, ExitCode::usage_or_architecture);
  const std::string most = "at most " + std::to_string(most_lines);
  if (table.rows() > most_lines) table.fail(most_lines, most + " rows", std::to_string(table.rows()));
  if (table.fields() > most_lines) table.fail(0, most + " columns", std::to_string(table.fields()));
  return numbers(table, 0.0, most_siemens);
}

/// Volt, [rows].
Eigen::VectorXd read_voltages(const std::string& file, const std::string& conductance_file, Eigen::Index rows) {
  const CsvTable table(file, ExitCode::usage_or_architecture);
  if (table.fields() != 1) table.fail(0, "one voltage per line", std::to_string(table.fields()));
  const auto expected = static_cast<std::size_t>(rows);
  if (table.rows() != expected) {
    table.fail(std::min(table.rows() - 1, expected),
               std::to_string(expected) + " voltages, one for each row of " + conductance_file,
               std::to_string(table.rows()));
  }
  return numbers(table, -most_volt, most_volt);
}

IrDropModel model_named(const std::string& name) {
  if (name == "exact") return IrDropModel::exact;
  if (name == "first_order") return IrDropModel::first_order;
  throw UserError(ExitCode::usage_or_architecture, "--model: expected exact or first_order, got " + one_line(name));
}

double resistance(const std::string& option, const std::string& text) {
  return real_number(option, text, 0.0, most_ohm);
}

}  // namespace

void crossbar_command(const std::vector<std::string>& arguments) {
  std::string conductance_file;
  std::string voltage_file;
  std::string segment;
  std::string driver;
  std::string sense;
  std::string access;
  std::string model_name;
  std::string output_file;

  po::options_description description("palimpsest crossbar: column currents of one array, without and with IR drop");
  // clang-format off
  description.add_options()
      ("conductance", po::value(&conductance_file)->required()->value_name("FILE"),
       "the cells in siemens, CSV without a header: a row of the array per line")
      ("voltage", po::value(&voltage_file)->required()->value_name("FILE"), "volt at each row's driver, one per line")
      ("segment-resistance", po::value(&segment)->required()->value_name("OHM"),
       "wire between neighbouring cells, and from the last cells to driver and sense amplifier")
      ("driver-resistance", po::value(&driver)->default_value("0")->value_name("OHM"), "in series with each row")
      ("sense-resistance", po::value(&sense)->default_value("0")->value_name("OHM"), "in series with each column")
      ("access-resistance", po::value(&access)->default_value("0")->value_name("OHM"),
       "in series with each cell, without IR drop too")
      ("model", po::value(&model_name)->default_value("exact")->value_name("MODEL"), "exact or first_order")
      ("output", po::value(&output_file)->value_name("FILE"), "where the currents go, standard output if not given")
      ("help", "this text");
  // clang-format on
  std::optional<po::variables_map> values = given_options("crossbar", description, arguments);
  if (!values) return;
  check_file_names(*values, {"conductance", "voltage", "output"});
  po::notify(*values);
  const double segment_ohm = resistance("--segment-resistance", segment);
  const WireConfig wires{segment_ohm, segment_ohm, resistance("--driver-resistance", driver),
                         resistance("--sense-resistance", sense)};
  const double access_ohm = resistance("--access-resistance", access);
  const IrDropModel model = model_named(model_name);

  OutputFiles outputs = open_outputs({{"--output", output_file}}, {{conductance_file, voltage_file}});
  const Eigen::MatrixXd siemens = read_conductances(conductance_file);
  const Eigen::VectorXd volts = read_voltages(voltage_file, conductance_file, siemens.rows());
  const Eigen::MatrixXd cells =
      (siemens / micro).unaryExpr([access_ohm](double cell) { return conductance_through(access_ohm, cell); });
  const Eigen::VectorXd ideal = micro * (cells.transpose() * volts);
  const Eigen::VectorXd dropped = micro * (effective_conductances(cells, wires, model).effective.transpose() * volts);

  std::string text = "column,i_ideal_A,i_irdrop_A\n";
  for (Eigen::Index column = 0; column < ideal.size(); ++column) {
    text += std::to_string(column) + ',' + all_digits(ideal(column)) + ',' + all_digits(dropped(column)) + '\n';
  }
  if (output_file.empty())
    std::cout << text;
  else
    outputs.write({text});
}

}  // namespace palimpsest
