#pragma once

#include <stdexcept>
#include <string>

namespace palimpsest {

/// Exit codes of the command line.
enum class ExitCode : int { ok = 0, model_error = 1, usage_or_architecture = 2, trace = 3 };

/// An error the user can mend. The text is one line: file, place in it, what was expected. `main` alone turns it into
/// an exit code.
class UserError : public std::runtime_error {
 public:
  UserError(ExitCode code, const std::string& text) : std::runtime_error(text), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

}  // namespace palimpsest
