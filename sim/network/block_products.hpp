#pragma once

#include "sim/operations/operation.hpp"

namespace palimpsest {

/// The products of the blocks of `x` and `y` that the operation's input shapes tell, [m, k] and [k, n] each, behind
/// each other: `product` gives one.
template <class Product>
Tensor block_products(const Operation& operation, const Tensor& x, const Tensor& y, const Product& product) {
  const Shape& x_shape = operation.input_shape(0);
  const auto rows = static_cast<Eigen::Index>(x_shape.extent(x_shape.dimensions() - 2));
  const auto inner = static_cast<Eigen::Index>(x_shape.columns());
  Tensor products(x.rows(), y.cols());
  for (Eigen::Index block = 0; block < x.rows() / rows; ++block) {
    products.middleRows(block * rows, rows) =
        product(x.middleRows(block * rows, rows), y.middleRows(block * inner, inner));
  }
  return products;
}

}  // namespace palimpsest
