#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace palimpsest {

/// Rows that lie behind each other.
struct Rows {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// The rows that a band has of a matrix.
using RowsOfBand = std::function<Rows(std::uint32_t first, std::uint32_t count)>;

/// Where a matrix has the channels of a job that is cut.
enum class Channels : std::uint8_t {
  in_rows,     ///< channel behind channel, each in rows of its own
  in_columns,  ///< side by side in every row
  in_places,   ///< side by side at every place of the axis that bands go along, each in rows of its own
  shared       ///< every channel needs all of it
};

/// What a band of some channels has of a matrix: of the channels' rows, or columns of rows.
struct BandPart {
  Channels channels = Channels::in_rows;
  RowsOfBand rows;           ///< of a plane, or of the matrix; in places: of a channel in all of its places
  std::uint32_t planes = 1;  ///< of a channel in rows: as many blocks of rows with the same rows of each
};

/// How a job that reads and writes whole matrices may be cut: into channels that do not meet (those of an image, groups
/// of them, or columns), and these along an axis of `extent` places into bands (rows of the image).
struct Bands {
  std::uint32_t channels = 1;
  std::uint32_t extent = 1;
  std::vector<BandPart> read;  ///< of each input, then of each parameter; bands may read the same rows
  BandPart written;            ///< of the output
  /// Bands of a channel add to the same part of the output: those behind the first read what is there.
  bool adds = false;
};

/// The places of the band themselves.
inline Rows same_rows(std::uint32_t first, std::uint32_t count) { return {first, count}; }
/// Those of places that have `rows` each.
inline RowsOfBand rows_of_places(std::uint32_t rows) {
  return [rows](std::uint32_t first, std::uint32_t count) { return Rows{first * rows, count * rows}; };
}
/// The same rows of every band.
inline RowsOfBand all_rows(std::uint32_t rows) {
  return [rows](std::uint32_t /*first*/, std::uint32_t /*count*/) { return Rows{0, rows}; };
}
/// Those of a band of a matrix whose rows are places [begin, end): none, or some.
inline RowsOfBand rows_between(std::uint32_t begin, std::uint32_t end) {
  return [=](std::uint32_t first, std::uint32_t count) {
    const std::uint32_t from = std::clamp(first, begin, end);
    const std::uint32_t to = std::clamp(first + count, begin, end);
    return Rows{from - begin, to - from};
  };
}

inline BandPart in_rows(RowsOfBand rows, std::uint32_t planes = 1) {
  return {Channels::in_rows, std::move(rows), planes};
}
inline BandPart in_columns(RowsOfBand rows) { return {Channels::in_columns, std::move(rows), 1}; }
inline BandPart in_places(std::uint32_t rows_of_place) {
  return {Channels::in_places, rows_of_places(rows_of_place), 1};
}
inline BandPart shared(RowsOfBand rows) { return {Channels::shared, std::move(rows), 1}; }

}  // namespace palimpsest
