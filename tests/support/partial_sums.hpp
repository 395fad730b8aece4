#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/protocol/jobs.hpp"
#include "sim/mapping/tile_map.hpp"

namespace palimpsest::test {

/// Whether the tiles' results make up whole products, told from the jobs' ranges. Tile steps before `forward_steps`
/// drive the inputs of their blocks, later ones the outputs (transposed reads). Faults, one line each:
/// - a group that holds neither one tile nor those of a weight;
/// - a weight's tiles do not have one step each for each use, in that direction, or none; uses whose gradients nobody
///   wants have no transposed read;
/// - the tiles of a use do not read the parts of one matrix that are theirs, those of a group whole rows, or do not
///   drain as many values as they sense, those of a group as wide as they read; what is added to a group's results has
///   another number of elements;
/// - a step reads results of a use at one place that are not of one row and line, or that do not cover the driven lines
///   (the whole of a weight's inputs, or outputs) exactly once; tiles read a result that is a part of one.
std::vector<std::string> partial_sum_faults(const Program& program, const Network& network, const TileMap& map,
                                            std::size_t forward_steps);

}  // namespace palimpsest::test
