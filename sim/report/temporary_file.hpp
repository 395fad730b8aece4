#pragma once

#include <csignal>
#include <string>

namespace palimpsest {

/// A new file under a name of its own, removed with the object, and by a signal that ends the process (HUP, INT, QUIT,
/// PIPE, TERM, XCPU, XFSZ), which then ends it as it would have. Signals that the process ignores stay ignored.
class TemporaryFile {
 public:
  /// Makes the file in `directory`, which ends in a slash or is empty, and opens it for writing. Throws
  /// std::system_error.
  explicit TemporaryFile(const std::string& directory);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  int descriptor() const { return descriptor_; }
  const std::string& name() const { return name_; }

  /// Gives the file the name `target`, which it keeps. Returns errno, 0 if all went well.
  int take_name(const std::string& target);

 private:
  std::string name_;
  int descriptor_ = -1;
};

/// The signals above wait while there is one.
class SignalsHeld {
 public:
  SignalsHeld();
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld();

 private:
  sigset_t before_{};
};

}  // namespace palimpsest
