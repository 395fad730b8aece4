#pragma once

namespace palimpsest {

/// Parses the arguments, runs the command, and prints errors as one line on stderr. Returns the exit code.
int command_line(int argc, const char* const* argv);

}  // namespace palimpsest
