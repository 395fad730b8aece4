#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "sim/error.hpp"

namespace palimpsest::fuzz {

/// Ends the process with `text`, which libFuzzer takes as a crash, unless `holds`.
void expect(bool holds, const std::string& text);

/// Checks what every refusal has: the exit code, one printable line, and one of `places` (a file, an option) at its
/// beginning, also in the 1000 bytes that a user sees of it.
void check_refusal(const UserError& error, ExitCode code, const std::vector<std::string>& places);

/// Counts inputs and how many of them were accepted, and tells both when the process ends: a harness that accepts
/// nothing tests refusals alone.
void count_input(bool accepted, const std::string& input);

/// What a custom mutator starts from: the input, or as often the last one that was accepted if it has `most` bytes at
/// most. Most of a corpus is refused, and so is nearly all that is made from it.
std::string input_to_change(const std::uint8_t* data, std::size_t size, std::size_t most, std::mt19937& random);

/// Whether `read` takes the input. Any exception that is not a UserError ends the process.
template <class Read>
bool accepts(ExitCode code, const std::vector<std::string>& places, const Read& read) {
  try {
    read();
  } catch (const UserError& error) {
    check_refusal(error, code, places);
    return false;
  }
  return true;
}

std::string text_of(const std::uint8_t* data, std::size_t size);

/// The parts of a text between lines `--`.
std::vector<std::string> parts_of(const std::string& text);

/// Writes a file of this name into a directory of the process's own; gives its path.
std::string write_file(const std::string& name, const std::string& content);

}  // namespace palimpsest::fuzz
