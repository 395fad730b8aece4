#include "sim/report/temporary_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace palimpsest {

namespace {

constexpr std::array<int, 10> ending_signals{SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE, SIGTERM,
                                             SIGXCPU, SIGXFSZ, SIGUSR1, SIGUSR2, SIGALRM};

// A signal handler may read nothing that locks or grows.
std::array<std::atomic<const char*>, 16> files_to_remove{};
static_assert(std::atomic<const char*>::is_always_lock_free);

extern "C" void remove_files_and_end(int signal) {
  for (const std::atomic<const char*>& file : files_to_remove) {
    const char* name = file.load();
    if (name != nullptr) ::unlink(name);
  }
  // The default action is in force again, and takes place when this handler is left.
  static_cast<void>(::raise(signal));
}

void handle_ending_signals() {
  for (const int signal : ending_signals) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) continue;
    action.sa_handler = remove_files_and_end;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigfillset(&action.sa_mask);
    ::sigaction(signal, &action, nullptr);
  }
}

bool remember(const char* name) {
  for (std::atomic<const char*>& file : files_to_remove) {
    const char* none = nullptr;
    if (file.compare_exchange_strong(none, name)) return true;
  }
  return false;
}

void forget(const char* name) {
  for (std::atomic<const char*>& file : files_to_remove) {
    const char* same = name;
    if (file.compare_exchange_strong(same, nullptr)) return;
  }
}

}  // namespace

SignalsHeld::SignalsHeld() {
  sigset_t held{};
  ::sigemptyset(&held);
  for (const int signal : ending_signals) ::sigaddset(&held, signal);
  ::pthread_sigmask(SIG_BLOCK, &held, &before_);
}

SignalsHeld::~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

TemporaryFile::TemporaryFile(const std::string& directory) : name_(directory + ".palimpsest.XXXXXX") {
  handle_ending_signals();
  const SignalsHeld held;
  descriptor_ = ::mkostemp(name_.data(), O_CLOEXEC);
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category());
  if (!remember(name_.c_str())) {
    ::close(descriptor_);
    ::unlink(name_.c_str());
    throw std::system_error(EMFILE, std::generic_category());
  }
}

TemporaryFile::~TemporaryFile() {
  if (!name_.empty()) {
    ::unlink(name_.c_str());
    forget(name_.c_str());
  }
  ::close(descriptor_);
}

int TemporaryFile::take_name(const std::string& target) {
  const SignalsHeld held;
  if (::rename(name_.c_str(), target.c_str()) != 0) return errno;
  forget(name_.c_str());
  name_.clear();
  return 0;
}

}  // namespace palimpsest
