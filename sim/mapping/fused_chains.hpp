#pragma once

#include <map>
#include <set>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/graph/network.hpp"

namespace palimpsest {

/// Which operations cost no steps of their own. The lanes behind the tiles' converters carry out as products come those
/// that follow a product of the arrays element by element, each the only reader of the one before; other values that
/// they need are there before the product is. A transposition there, or in front of products alone, is a matter of
/// addresses.
class FusedChains {
 public:
  /// The network outlives the object. `transpositions`: whether they may be addresses.
  FusedChains(const Network& network, const DataPathConfig& data_path, bool transpositions);

  /// What follows the product of `execution`, in order; empty: its result is what is stored.
  const std::vector<const Execution*>& behind(const Execution& execution) const;
  /// Whether `execution` is a transposition that only products of the arrays read.
  bool is_read_by_products(const Execution& execution) const { return read_by_products_.count(&execution) != 0; }
  /// Whether the result of `execution` goes from lane to lane and is stored nowhere.
  bool passes_on(const Execution& execution) const { return passing_.count(&execution) != 0; }

 private:
  std::map<const Execution*, std::vector<const Execution*>> chains_;
  std::set<const Execution*> read_by_products_;
  std::set<const Execution*> passing_;
};

}  // namespace palimpsest
