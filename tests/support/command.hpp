#pragma once

#include <string>
#include <vector>

namespace palimpsest::test {

struct CommandResult {
  int exit_code = -1;
  std::string output;  ///< standard output
  std::string errors;  ///< standard error
};

/// Runs the palimpsest binary in `directory`, in a process of its own: a process elaborates SystemC once.
CommandResult run_palimpsest(const std::vector<std::string>& arguments, const std::string& directory);

/// The shipped architecture and trace, whatever the working directory.
std::string shipped(const std::string& path);

std::string file_content(const std::string& path);

}  // namespace palimpsest::test
