#include "sim/mapping/matrix_pieces.hpp"

#include <utility>
#include <variant>

namespace palimpsest {

namespace {

StridedRange rows_of(const Placement& matrix, std::uint32_t first, std::uint32_t count) {
  return {matrix.address + std::uint64_t{first} * matrix.row_stride, std::uint64_t{count} * matrix.row_stride, 0,
          matrix.per_sample};
}

/// Columns of every row, of a matrix with `columns` of them.
StridedRange columns_of(const Placement& matrix, std::uint32_t columns, std::uint32_t first, std::uint32_t count) {
  const std::uint32_t value_bytes = matrix.row_bytes / columns;
  StridedRange range = matrix.part_of_row(first * value_bytes, count * value_bytes);
  range.stride = 0;
  range.rows = matrix.rows;
  range.row_stride = matrix.row_stride;
  return range;
}

/// Channels of a job that has `all` of them.
struct SomeChannels {
  std::uint32_t first = 0;
  std::uint32_t count = 1;
  std::uint32_t all = 1;
};

/// What a band has of these channels, and, where that has gaps, all that lies around them.
void add_part(std::vector<StridedRange>& ranges, std::vector<StridedRange>& around, const Placement& matrix,
              const BandPart& part, const SomeChannels& channels, const Rows& rows) {
  if (rows.count == 0) return;
  if (part.channels == Channels::in_places) {
    const std::uint32_t rows_of_place = part.rows(0, 1).count;
    StridedRange of_places =
        rows_of(matrix, rows.first * channels.all + channels.first * rows_of_place, channels.count * rows_of_place);
    of_places.rows = rows.count / rows_of_place;
    of_places.row_stride = std::uint64_t{channels.all} * rows_of_place * matrix.row_stride;
    ranges.push_back(of_places);
    if (of_places.rows > 1 && channels.count < channels.all) around.push_back(rows_of(matrix, 0, matrix.rows));
    return;
  }
  if (part.channels != Channels::in_rows) {
    if (part.channels == Channels::shared || channels.count == channels.all) {
      ranges.push_back(rows_of(matrix, rows.first, rows.count));
    } else {
      ranges.push_back(
          columns_of(matrix.rows_from(rows.first, rows.count), channels.all, channels.first, channels.count));
    }
    return;
  }
  const std::uint32_t planes = channels.count * part.planes;
  const std::uint32_t plane_rows = matrix.rows / (channels.all * part.planes);
  const std::uint32_t first_row = channels.first * part.planes * plane_rows;
  if (rows.count == plane_rows) {
    ranges.push_back(rows_of(matrix, first_row, planes * plane_rows));
    return;
  }
  StridedRange of_planes = rows_of(matrix, first_row + rows.first, rows.count);
  of_planes.rows = planes;
  of_planes.row_stride = std::uint64_t{plane_rows} * matrix.row_stride;
  ranges.push_back(of_planes);
  if (planes > 1) around.push_back(rows_of(matrix, first_row, planes * plane_rows));
}

std::shared_ptr<const Division> division(std::uint32_t extent,
                                         std::function<DivisibleJob(std::uint32_t, std::uint32_t)> piece,
                                         bool even = true) {
  return std::make_shared<const Division>(Division{extent, std::move(piece), even});
}

void set_operations(VectorJob& job, const VectorOperations& operations, const VectorUnitConfig& unit) {
  job.operations_per_vector = operations;
  job.cycles_per_vector = vector_cycles(unit, operations);
}

}  // namespace

VectorOperations share_of(const VectorOperations& operations, std::uint64_t first, std::uint64_t count,
                          std::uint64_t extent) {
  VectorOperations share;
  for (const auto kind :
       {&VectorOperations::adds, &VectorOperations::macs, &VectorOperations::lookups, &VectorOperations::moves}) {
    share.*kind = operations.*kind * (first + count) / extent - operations.*kind * first / extent;
  }
  return share;
}

std::shared_ptr<const Division> band_division(const VectorOperations& operations, const BandMatrices& matrices,
                                              const Bands& bands, const VectorUnitConfig& unit) {
  const auto piece_of = [=](const SomeChannels& channels, std::uint32_t first, std::uint32_t count) {
    DivisibleJob task{VectorJob{}, nullptr};
    auto& piece = std::get<VectorJob>(task.job);
    const auto add = [&](std::vector<StridedRange>& ranges, const Placement& matrix, const BandPart& part) {
      add_part(ranges, task.around, matrix, part, channels, part.rows(first, count));
    };
    for (std::size_t i = 0; i < bands.read.size(); ++i) add(piece.fetches, matrices.inputs[i], bands.read[i]);
    add(piece.drains, matrices.output, bands.written);
    if (bands.adds && first > 0) add(piece.fetches, matrices.output, bands.written);
    const VectorOperations of_channels = share_of(operations, channels.first, channels.count, channels.all);
    set_operations(piece, share_of(of_channels, first, count, bands.extent), unit);
    return task;
  };
  const auto bands_of = [=](const SomeChannels& channels) -> std::shared_ptr<const Division> {
    if (bands.extent == 1) return nullptr;
    return division(
        bands.extent, [=](std::uint32_t first, std::uint32_t count) { return piece_of(channels, first, count); },
        false);
  };
  if (bands.channels == 1) return bands_of({});
  return division(
      bands.channels,
      [=](std::uint32_t first, std::uint32_t count) {
        const SomeChannels channels{first, count, bands.channels};
        DivisibleJob piece = piece_of(channels, 0, bands.extent);
        piece.division = bands_of(channels);
        return piece;
      },
      false);
}

std::shared_ptr<const Division> row_sum_division(const VectorJob& job, const std::vector<Placement>& inputs,
                                                 const Placement& sum, const VectorUnitConfig& unit) {
  const std::uint32_t rows = inputs.front().rows;
  return division(rows, [=](std::uint32_t first, std::uint32_t count) {
    VectorJob piece = job;
    piece.fetches.clear();
    for (const Placement& input : inputs) piece.fetches.push_back(rows_of(input, first, count));
    piece.fetches.push_back(sum.whole());
    set_operations(piece, share_of(job.operations_per_vector, first, count, rows), unit);
    return DivisibleJob{piece, nullptr};
  });
}

std::shared_ptr<const Division> product_division(const LoraJob& job, const Placement& weights, const Placement& output,
                                                 const MatrixProduct& product, const LoraUnitConfig& unit) {
  return division(
      product.outputs,
      [=](std::uint32_t first, std::uint32_t count) {
        LoraJob piece = job;
        piece.preloads = {product.transposed ? columns_of(weights, product.outputs, first, count)
                                             : rows_of(weights, first, count)};
        const std::uint32_t value_bytes = output.row_bytes / product.outputs;
        piece.drains = {output.part_of_row(first * value_bytes, count * value_bytes)};
        piece.cycles_per_vector = lora_product_cycles(unit, count, product.inputs);
        piece.macs_per_vector = std::uint64_t{count} * product.inputs;
        return DivisibleJob{piece, nullptr};
      },
      false);
}

std::shared_ptr<const Division> weight_gradient_division(const LoraJob& job, const Placement& gradient,
                                                         const Placement& x, const Placement& dy, std::uint32_t inputs,
                                                         const LoraUnitConfig& unit) {
  const bool adds = !job.preloads.empty();
  // Some outputs and some rows.
  const auto block = [=](std::uint32_t first, std::uint32_t count, std::uint32_t first_row, std::uint32_t rows) {
    LoraJob piece = job;
    piece.drains = {rows_of(gradient, first, count)};
    if (adds) piece.preloads = piece.drains;
    piece.fetches = {rows_of(x, first_row, rows),
                     columns_of(dy.rows_from(first_row, rows), gradient.rows, first, count)};
    piece.cycles_per_vector = lora_product_cycles(unit, count, inputs, rows);
    piece.macs_per_vector = std::uint64_t{rows} * count * inputs;
    return piece;
  };
  return division(
      gradient.rows,
      [=](std::uint32_t first, std::uint32_t count) {
        DivisibleJob piece{block(first, count, 0, x.rows), nullptr};
        if (adds) {
          piece.division = division(
              x.rows,
              [=](std::uint32_t row, std::uint32_t rows) {
                return DivisibleJob{block(first, count, row, rows), nullptr};
              },
              false);
        }
        return piece;
      },
      false);
}

std::shared_ptr<const Division> row_sum_division(const LoraJob& job, const std::vector<Placement>& matrices,
                                                 std::function<std::uint64_t(std::uint64_t rows)> cycles) {
  const std::uint32_t all = matrices.front().rows;
  return division(all, [=, cycles = std::move(cycles)](std::uint32_t first, std::uint32_t count) {
    LoraJob piece = job;
    piece.fetches.clear();
    for (const Placement& matrix : matrices) piece.fetches.push_back(rows_of(matrix, first, count));
    piece.cycles_per_vector = cycles(count);
    piece.macs_per_vector = job.macs_per_vector / all * count;
    return DivisibleJob{piece, nullptr};
  });
}

}  // namespace palimpsest
