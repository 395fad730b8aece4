#include "tests/support/command.hpp"

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/support/temporary_directory.hpp"

namespace palimpsest::test {

namespace {

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char character : text) result += character == '\'' ? std::string("'\\''") : std::string(1, character);
  return result + "'";
}

}  // namespace

std::string file_content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string shipped(const std::string& path) { return std::string(PALIMPSEST_SOURCE_DIR) + "/" + path; }

CommandResult run_palimpsest(const std::vector<std::string>& arguments, const std::string& directory) {
  const TemporaryDirectory streams;
  std::string line = "cd " + quoted(directory) + " && " + quoted(PALIMPSEST_BINARY);
  for (const std::string& argument : arguments) line += " " + quoted(argument);
  line += " >" + quoted(streams.path() / "out") + " 2>" + quoted(streams.path() / "err");
  const int status = std::system(line.c_str());
  CommandResult result;
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  result.output = file_content(streams.path() / "out");
  result.errors = file_content(streams.path() / "err");
  return result;
}

}  // namespace palimpsest::test
