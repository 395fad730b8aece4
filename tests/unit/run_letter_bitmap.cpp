#include <catch2/catch.hpp>

#include "sim/run/letter_bitmap.hpp"

using namespace palimpsest;

TEST_CASE("A letter map is a square of letters and background with an empty frame") {
  for (const char* letters : {"UL", "CL"}) {
    const Eigen::MatrixXd bitmap = letter_bitmap(letters);
    REQUIRE(bitmap.rows() == letter_map_size);
    REQUIRE(bitmap.cols() == letter_map_size);
    CHECK((bitmap.array() == 0.0 || bitmap.array() == 1.0).all());
    CHECK(bitmap.topRows(2).sum() + bitmap.bottomRows(2).sum() == 0.0);
    CHECK(bitmap.leftCols(2).sum() + bitmap.rightCols(2).sum() == 0.0);
  }
}

TEST_CASE("UL and CL share their second letter and differ in the first") {
  const Eigen::MatrixXd ul = letter_bitmap("UL");
  const Eigen::MatrixXd cl = letter_bitmap("CL");
  CHECK(ul.rightCols(letter_map_size / 2) == cl.rightCols(letter_map_size / 2));
  CHECK(ul.leftCols(letter_map_size / 2) != cl.leftCols(letter_map_size / 2));
}

TEST_CASE("A U is symmetric and open above, an L is a column on a bar") {
  const Eigen::MatrixXd ul = letter_bitmap("UL");
  // 14 dots of 3 x 3 cells make the U, 10 the L.
  CHECK(ul.leftCols(letter_map_size / 2).sum() == 14 * 9);
  CHECK(ul.rightCols(letter_map_size / 2).sum() == 10 * 9);
  const Eigen::MatrixXd u = ul.block(5, 2, 21, 12);
  CHECK(u == u.rowwise().reverse());
  CHECK(u.topRows(18).middleCols(3, 6).sum() == 0.0);
  const Eigen::MatrixXd l = ul.block(5, 18, 21, 12);
  CHECK(l.leftCols(3).sum() == 63.0);
  CHECK(l.bottomRows(3).sum() == 36.0);
}
