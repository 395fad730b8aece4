#pragma once

#include <string>
#include <vector>

#include "sim/report/output_file.hpp"

namespace palimpsest {

/// An option that names a file to write.
struct OutputOption {
  std::string option;
  std::string path;
};

/// Opens the files of `outputs`, those with an empty path left out. Throws UserError: usage_or_architecture if one of
/// them is the same file as one of `inputs` or another of `outputs`, under whatever names, and else as OutputFiles
/// does.
OutputFiles open_outputs(const std::vector<OutputOption>& outputs, const std::vector<std::vector<std::string>>& inputs);

}  // namespace palimpsest
