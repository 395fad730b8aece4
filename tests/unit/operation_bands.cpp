#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/physics/random.hpp"
#include "sim/mapping/broadcast_work.hpp"
#include "tests/support/operation_case.hpp"

using namespace palimpsest;
using namespace palimpsest::test;
using nlohmann::json;

// Bands against the numbers: what a band writes must not depend on what it does not read.

namespace {

using Cells = std::set<std::pair<std::uint32_t, std::uint32_t>>;  ///< row, column

/// Some channels, and some places of the axis that bands go along.
struct Piece {
  Rows channels;
  Rows places;
};

Cells cells_of(const BandPart& part, const Shape& shape, std::uint32_t channels, const Piece& piece) {
  const Rows rows = part.rows(piece.places.first, piece.places.count);
  Cells cells;
  if (part.channels == Channels::in_places) {
    const std::uint32_t of_place = part.rows(0, 1).count;
    for (std::uint32_t row = 0; row < shape.rows(); ++row) {
      const std::uint32_t channel = row / of_place % channels;
      const std::uint32_t row_of_channel = row / (of_place * channels) * of_place + row % of_place;
      if (channel < piece.channels.first || channel >= piece.channels.first + piece.channels.count) continue;
      if (row_of_channel < rows.first || row_of_channel >= rows.first + rows.count) continue;
      for (std::uint32_t column = 0; column < shape.columns(); ++column) cells.insert({row, column});
    }
    return cells;
  }
  const bool is_in_rows = part.channels == Channels::in_rows;
  const std::uint32_t planes = is_in_rows ? channels * part.planes : 1;
  const std::uint32_t of_channel = shape.columns() / channels;
  for (std::uint32_t plane = 0; plane < planes; ++plane) {
    const std::uint32_t channel = plane / part.planes;
    if (is_in_rows && (channel < piece.channels.first || channel >= piece.channels.first + piece.channels.count))
      continue;
    for (std::uint32_t i = 0; i < rows.count; ++i) {
      for (std::uint32_t column = 0; column < shape.columns(); ++column) {
        const bool is_other = part.channels == Channels::in_columns &&
                              (column < piece.channels.first * of_channel ||
                               column >= (piece.channels.first + piece.channels.count) * of_channel);
        if (!is_other) cells.insert({plane * (shape.rows() / planes) + rows.first + i, column});
      }
    }
  }
  return cells;
}

/// Every piece of one channel and one place, and those of all channels and two places.
std::vector<std::vector<Piece>> cuts_of(const Bands& bands) {
  std::vector<std::vector<Piece>> cuts(2);
  for (std::uint32_t channel = 0; channel < bands.channels; ++channel) {
    for (std::uint32_t place = 0; place < bands.extent; ++place) cuts[0].push_back({{channel, 1}, {place, 1}});
  }
  for (std::uint32_t place = 0; place < bands.extent; place += 2)
    cuts[1].push_back({{0, bands.channels}, {place, std::min(2U, bands.extent - place)}});
  return cuts;
}

Tensor drawn(RandomStream& stream, std::uint32_t rows, std::uint32_t columns) {
  return normal_matrix(stream, rows, columns);
}

/// `values`, others in the cells that are (or are not) among `cells`.
template <class Matrix>
Matrix changed(Matrix values, const Cells& cells, bool inside, RandomStream& stream) {
  for (std::uint32_t row = 0; row < values.rows(); ++row) {
    for (std::uint32_t column = 0; column < values.cols(); ++column) {
      if ((cells.count({row, column}) != 0) == inside) values(row, column) += static_cast<float>(stream.normal());
    }
  }
  return values;
}

Cells differing(const Tensor& one, const Tensor& other) {
  Cells cells;
  for (std::uint32_t row = 0; row < one.rows(); ++row) {
    for (std::uint32_t column = 0; column < one.cols(); ++column) {
      if (one(row, column) != other(row, column)) cells.insert({row, column});
    }
  }
  return cells;
}

bool has(const Cells& all, const Cells& some) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

bool meet(const Cells& one, const Cells& other) {
  for (const auto& cell : one) {
    if (other.count(cell) != 0) return true;
  }
  return false;
}

Cells all_cells(const Shape& shape) { return cells_of(shared(all_rows(shape.rows())), shape, 1, {}); }

class BandCheck {
 public:
  explicit BandCheck(const OperationCase& one) : case_(one), operation_(one.read()) {
    for (const Shape& shape : case_.inputs) inputs_.push_back(drawn(stream_, shape.rows(), shape.columns()));
    for (const auto& [name, shape] : case_.parameters)
      parameters_[name] = drawn(stream_, shape.rows(), shape.columns());
    output_ = result(inputs_, parameters_);
  }

  void forward() {
    const std::optional<Bands> bands = operation_->work().bands;
    REQUIRE(bands);
    REQUIRE(bands->read.size() == inputs_.size() + operation_->digital_parameters().size());
    for (const std::vector<Piece>& pieces : cuts_of(*bands)) {
      Cells written;
      Cells added;
      for (const Piece& piece : pieces) {
        // Bands that add to the same have it together.
        const Piece together = bands->adds ? Piece{piece.channels, {0, bands->extent}} : piece;
        const Cells of_piece = cells_of(bands->written, operation_->output_shape(), bands->channels, piece);
        if (!bands->adds) CHECK_FALSE(meet(written, of_piece));
        written.insert(of_piece.begin(), of_piece.end());
        std::vector<Tensor> others;
        for (std::size_t i = 0; i < inputs_.size(); ++i) {
          const Cells read = cells_of(bands->read[i], case_.inputs[i], bands->channels, together);
          others.push_back(changed(inputs_[i], read, false, stream_));
        }
        const WeightSet parameters =
            changed_parameters(operation_->digital_parameters(), *bands, inputs_.size(), together);
        CHECK_FALSE(meet(differing(result(others, parameters), output_), of_piece));
        if (!bands->adds) continue;
        const Cells adds = cells_of(bands->read[0], case_.inputs[0], bands->channels, piece);
        CHECK_FALSE(meet(added, adds));  // each counts once
        added.insert(adds.begin(), adds.end());
      }
      if (bands->adds) CHECK(added == all_cells(case_.inputs[0]));
      CHECK(written == all_cells(operation_->output_shape()));
    }
  }

  /// Of the only input.
  void backward() {
    const InputGradient rule = operation_->input_gradients().at(0);
    REQUIRE(rule.work);
    REQUIRE(rule.work->bands);
    const Bands& bands = *rule.work->bands;
    CHECK_FALSE(bands.adds);
    REQUIRE(bands.read.size() == rule.inputs_read.size() + 1 + rule.parameters_read.size());
    for (const std::vector<Piece>& pieces : cuts_of(bands)) {
      Cells written;
      for (const Piece& piece : pieces) {
        const Cells of_piece = cells_of(bands.written, case_.inputs[0], bands.channels, piece);
        CHECK_FALSE(meet(written, of_piece));
        written.insert(of_piece.begin(), of_piece.end());
        const Cells gradient =
            cells_of(bands.read[rule.inputs_read.size()], operation_->output_shape(), bands.channels, piece);
        CHECK(has(gradient, differing(result({changed(inputs_[0], of_piece, true, stream_)}, parameters_), output_)));
        check_read_input(rule.inputs_read, bands, piece, gradient);
        const WeightSet parameters =
            changed_parameters(rule.parameters_read, bands, rule.inputs_read.size() + 1, piece);
        CHECK_FALSE(meet(differing(result(inputs_, parameters), output_), gradient));
      }
      CHECK(written == all_cells(case_.inputs[0]));
    }
  }

  void parameters() {
    REQUIRE_FALSE(operation_->parameter_gradients().empty());
    for (const ParameterGradient& rule : operation_->parameter_gradients()) {
      INFO(rule.parameter);
      REQUIRE(rule.bands);
      const Bands& bands = *rule.bands;
      CHECK_FALSE(bands.adds);
      REQUIRE(bands.read.size() == rule.inputs_read.size() + 2);
      const Shape& shape = case_.parameters.at(rule.parameter);
      for (const std::vector<Piece>& pieces : cuts_of(bands)) {
        Cells written;
        Cells gradients;
        for (const Piece& piece : pieces) {
          const Cells gradient =
              cells_of(bands.read[rule.inputs_read.size()], operation_->output_shape(), bands.channels, piece);
          CHECK_FALSE(meet(gradients, gradient));  // each counts once
          gradients.insert(gradient.begin(), gradient.end());
          check_read_input(rule.inputs_read, bands, piece, gradient);
          const Cells of_piece = cells_of(bands.written, shape, bands.channels, piece);
          CHECK(cells_of(bands.read.back(), shape, bands.channels, piece) == of_piece);
          written.insert(of_piece.begin(), of_piece.end());
          // What else depends on these elements is read by the other bands of the channels.
          const Cells of_channels = cells_of(bands.read[rule.inputs_read.size()], operation_->output_shape(),
                                             bands.channels, {piece.channels, {0, bands.extent}});
          WeightSet others = parameters_;
          others[rule.parameter] = changed(parameters_.at(rule.parameter), of_piece, true, stream_);
          CHECK(has(of_channels, differing(result(inputs_, others), output_)));
        }
        CHECK(written == all_cells(shape));
        CHECK(gradients == all_cells(operation_->output_shape()));
      }
    }
  }

 private:
  Tensor result(const std::vector<Tensor>& inputs, const WeightSet& parameters) const {
    return evaluated(*operation_, inputs, parameters, 1);
  }

  /// Others where a piece does not read `names`, which it does from number `first` of what it reads on.
  WeightSet changed_parameters(const std::vector<std::string>& names, const Bands& bands, std::size_t first,
                               const Piece& piece) {
    WeightSet others = parameters_;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const Cells read = cells_of(bands.read[first + i], case_.parameters.at(names[i]), bands.channels, piece);
      others[names[i]] = changed(parameters_.at(names[i]), read, false, stream_);
    }
    return others;
  }

  /// The outputs whose gradients a piece reads depend on no other elements of the input than it reads.
  void check_read_input(const std::vector<std::uint32_t>& inputs_read, const Bands& bands, const Piece& piece,
                        const Cells& gradient) {
    if (inputs_read.empty()) return;
    const Cells read = cells_of(bands.read[0], case_.inputs[0], bands.channels, piece);
    CHECK_FALSE(meet(differing(result({changed(inputs_[0], read, false, stream_)}, parameters_), output_), gradient));
  }

  OperationCase case_;
  std::unique_ptr<Operation> operation_;
  RandomStream stream_{5, RandomPurpose::cell_traits, 0, 0};
  std::vector<Tensor> inputs_;
  WeightSet parameters_;
  Tensor output_;
};

json windows(const json& kernel, const json& stride, const json& padding) {
  return {{"kernel", kernel}, {"stride", stride}, {"padding", padding}};
}

/// Two channels with two outputs each.
OperationCase depthwise(const json& stride, const json& padding, const json& dilation) {
  return {
      "conv2d",
      {Shape{2, 9, 5}},
      {{"weight", "w"}, {"bias", "b"}, {"groups", 2}, {"stride", stride}, {"padding", padding}, {"dilation", dilation}},
      {{"w", Shape{4, 1, 3, 2}}, {"b", Shape{4}}}};
}

std::vector<OperationCase> depthwise_cases() {
  return {depthwise({1, 1}, {0, 0}, {1, 1}), depthwise({2, 1}, {1, 0}, {1, 1}), depthwise({4, 1}, {0, 0}, {1, 1}),
          depthwise({2, 2}, {3, 1}, {3, 1})};
}

OperationCase group_norm(std::uint32_t groups) {
  return {"group_norm",
          {Shape{6, 2, 3}},
          {{"groups", groups}, {"gain", "g"}, {"bias", "b"}, {"epsilon", 1e-5}},
          {{"g", Shape{6}}, {"b", Shape{6}}}};
}

}  // namespace

TEST_CASE("Bands of images read all that they depend on") {
  std::vector<OperationCase> cases = depthwise_cases();
  for (const char* mode : {"nearest", "bilinear"})
    cases.push_back({"upsample", {Shape{2, 5, 3}}, {{"factor", {3, 2}}, {"mode", mode}}});
  const Shape image{2, 9, 7};
  for (const json& description :
       {windows({2, 2}, {2, 2}, {0, 0}), windows({3, 3}, {2, 1}, {1, 0}), windows({2, 1}, {3, 1}, {0, 0})}) {
    cases.push_back({"max_pool2d", {image}, description});
    cases.push_back({"average_pool2d", {image}, description});
    cases.back().description["count_padding"] = false;
  }
  for (const std::uint32_t groups : {1U, 2U, 6U}) cases.push_back(group_norm(groups));
  for (const OperationCase& one : cases) {
    INFO(one.kind << " " << one.description.dump());
    BandCheck(one).forward();
    BandCheck(one).backward();
  }
}

TEST_CASE("Means, permutations and values behind each other read all that they depend on, in parts") {
  std::vector<OperationCase> cases;
  for (const bool keep : {false, true}) {
    for (const json& axes : {json{1, 2}, json{0, 1}, json::array({2}), json::array({0}), json{0, 2}, json{0, 1, 2}})
      cases.push_back({"mean", {Shape{3, 4, 5}}, {{"axes", axes}, {"keep", keep}}});
  }
  for (const json& order : {json{1, 2, 0}, json{2, 0, 1}, json{0, 2, 1}, json{2, 1, 0}})
    cases.push_back({"permute", {Shape{3, 4, 5}}, {{"order", order}}});
  cases.push_back({"permute", {Shape{3, 4, 5}}, {{"order", {1, 0, 2}}}});
  cases.push_back({"permute", {Shape{3, 4}}, {{"order", {1, 0}}}});
  for (const json& order : {json{1, 0, 2, 3}, json{1, 2, 3, 0}, json{0, 2, 1, 3}, json{3, 0, 1, 2}})
    cases.push_back({"permute", {Shape{3, 2, 4, 5}}, {{"order", order}}});
  cases.push_back({"permute", {Shape{1, 3, 4, 5}}, {{"order", {0, 2, 1, 3}}}});
  for (const OperationCase& one : cases) {
    INFO(one.kind << " " << one.description.dump());
    BandCheck(one).forward();
    BandCheck(one).backward();
  }
  BandCheck({"permute", {Shape{3, 2, 4, 5}}, {{"order", {1, 2, 0, 3}}}}).forward();
  BandCheck({"concatenate", {Shape{3, 2, 4}, Shape{1, 2, 4}}, {{"axis", 0}}}).forward();
  BandCheck({"concatenate", {Shape{2, 3, 4}, Shape{2, 1, 4}, Shape{2, 2, 4}}, {{"axis", 1}}}).forward();
  BandCheck({"concatenate", {Shape{2, 3, 4}, Shape{2, 3, 1}}, {{"axis", 2}}}).forward();
}

TEST_CASE("Gradients of parameters on images come from every element once, in bands") {
  for (const OperationCase& one : depthwise_cases()) {
    INFO(one.description.dump());
    BandCheck(one).parameters();
  }
  for (const std::uint32_t groups : {1U, 2U, 6U}) BandCheck(group_norm(groups)).parameters();
  for (const char* kind : {"add", "multiply"}) {
    for (const Shape& shape : {Shape{3, 1, 1}, Shape{3, 4, 5}, Shape{5}, Shape{4, 5}, Shape{4, 1}, Shape{1, 1, 1}}) {
      INFO(kind << " " << shown(shape));
      BandCheck({kind, {Shape{3, 4, 5}}, {{"parameter", "p"}}, {{"p", shape}}}).parameters();
    }
  }
}

TEST_CASE("Bands add to a sum of what was broadcast, and write results that are theirs alone") {
  const std::vector<Shape> read{Shape{3, 4, 5}};
  for (const Shape& sum : {Shape{3, 1, 1}, Shape{5}, Shape{4, 1}, Shape{1, 1, 1}}) {
    INFO(shown(sum));
    CHECK(broadcast_bands(read, sum).adds);
  }
  for (const Shape& result : {Shape{3, 4, 5}, Shape{3, 4, 1}}) CHECK_FALSE(broadcast_bands(read, result).adds);
}
