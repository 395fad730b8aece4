#include <catch2/catch.hpp>

#include "models/physics/sram.hpp"

using namespace palimpsest;

TEST_CASE("A range of bytes touches every word it has a byte in") {
  SramConfig config;
  config.word_bits = 32;
  CHECK(words_touched(config, 8, 0) == 0);
  CHECK(words_touched(config, 8, 1) == 1);
  CHECK(words_touched(config, 8, 4) == 1);
  CHECK(words_touched(config, 8, 5) == 2);
  CHECK(words_touched(config, 11, 1) == 1);
  CHECK(words_touched(config, 11, 2) == 2);
  CHECK(words_touched(config, 11, 6) == 3);
}

TEST_CASE("The buffer's sizes follow from its words, lines and banks") {
  SramConfig config;
  config.banks = 3;
  config.bank_kib = 5;
  config.word_bits = 64;
  config.line_words = 4;
  CHECK(word_bytes(config) == 8);
  CHECK(line_bytes(config) == 32);
  CHECK(capacity_bytes(config) == 15'360);
}
