#include <fcntl.h>
#include <unistd.h>

#include <Eigen/Core>
#include <cstdlib>
#include <systemc>

#include "sim/cli/command_line.hpp"

int sc_main(int argc, char* argv[]) { return palimpsest::command_line(argc, argv); }

// libsystemc has a main of its own, but it prints a banner into every output.
int main(int argc, char* argv[]) {
  // A report opened in the place of a closed standard stream would have messages and tables written into it.
  for (int descriptor = ::open("/dev/null", O_RDWR); descriptor >= 0; descriptor = ::open("/dev/null", O_RDWR)) {
    if (descriptor <= STDERR_FILENO) continue;
    ::close(descriptor);
    break;
  }
  ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  // Eigen cuts long sums by the caches that it finds. With these of its own every machine rounds alike.
  Eigen::setCpuCacheSizes(32 << 10, 512 << 10, 4 << 20);
  return sc_core::sc_elab_and_sim(argc, argv);
}
