#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

/// libFuzzer's own mutation of bytes.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace palimpsest::fuzz {

/// Changes one node of the document, or a few: another number or string, another type, a key or an element that is
/// gone, new or twice. Bytes changed at random seldom leave JSON behind, so they reach little of what reads it.
void mutate(nlohmann::json& document, std::mt19937& random);

/// For inputs that are JSON: a custom mutator as libFuzzer calls it.
std::size_t mutate_json(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);

/// A string's own text, and of any other value its JSON.
std::string text_of(const nlohmann::json& value);

}  // namespace palimpsest::fuzz
