#include "sim/cli/outputs.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "sim/config/one_line.hpp"
#include "sim/error.hpp"

namespace palimpsest {

namespace {

/// Equal for two names of one file: its device and inode, or where it would be made. Empty for a device, which holds
/// nothing that could be lost.
std::string identity(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISCHR(status.st_mode)) return {};
    return std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino);
  }
  std::error_code unknown;
  const std::filesystem::path absolute = std::filesystem::absolute(path, unknown).lexically_normal();
  const std::filesystem::path parent = std::filesystem::canonical(absolute.parent_path(), unknown);
  return unknown ? absolute.string() : (parent / absolute.filename()).string();
}

}  // namespace

OutputFiles open_outputs(const std::vector<OutputOption>& outputs,
                         const std::vector<std::vector<std::string>>& inputs) {
  std::map<std::string, std::string> taken;
  for (const std::vector<std::string>& files : inputs) {
    for (const std::string& input : files) taken.emplace(identity(input), "the input " + input);
  }
  std::vector<std::string> paths;
  for (const OutputOption& output : outputs) {
    if (output.path.empty()) continue;
    const std::string label = output.option + ' ' + output.path;
    const std::string file = identity(output.path);
    const auto [other, is_new] = taken.emplace(file, label);
    if (!is_new && !file.empty()) {
      throw UserError(ExitCode::usage_or_architecture,
                      one_line(label + ": expected another file than " + other->second));
    }
    paths.push_back(output.path);
  }
  return OutputFiles(paths);
}

}  // namespace palimpsest
