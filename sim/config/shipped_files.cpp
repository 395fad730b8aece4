#include "sim/config/shipped_files.hpp"

#include <filesystem>
#include <system_error>

namespace palimpsest {

namespace fs = std::filesystem;

std::string table_path(const std::string& directory, const std::string& name) {
  std::error_code ignored;
  const fs::path beside = fs::path(directory) / name;
  // A table that is there and cannot be read is an error, not another table.
  if (fs::symlink_status(beside, ignored).type() != fs::file_type::not_found) return beside.generic_string();
  // Installed at PREFIX/bin the tables are in PREFIX/share/palimpsest/arch; built in a checkout, in its arch.
  fs::path above = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  while (!ignored && above.has_relative_path()) {
    for (const char* place : {"share/palimpsest/arch", "arch"}) {
      const fs::path shipped = above / place / name;
      if (fs::exists(shipped, ignored)) return shipped.generic_string();
    }
    ignored.clear();
    above = above.parent_path();
  }
  return beside.generic_string();
}

}  // namespace palimpsest
