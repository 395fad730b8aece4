#pragma once

#include <string>

#include "sim/error.hpp"

namespace palimpsest::test {

struct ThrownError {
  std::string text;
  ExitCode code = ExitCode::ok;
};

/// The UserError that `action` throws; other exceptions pass, and no exception gives code `ok`.
template <class Action>
ThrownError thrown_error(const Action& action) {
  try {
    action();
  } catch (const UserError& error) {
    return {error.what(), error.code()};
  }
  return {"no error", ExitCode::ok};
}

/// Whether a message stays one printable line.
inline bool is_one_line(const std::string& text) {
  for (const char character : text)
    if (static_cast<unsigned char>(character) < 0x20) return false;
  return true;
}

}  // namespace palimpsest::test
