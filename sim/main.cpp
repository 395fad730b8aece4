#include <cstdlib>
#include <systemc>

#include "sim/cli/command_line.hpp"

int sc_main(int argc, char* argv[]) { return palimpsest::command_line(argc, argv); }

// libsystemc has a main of its own, but it prints a banner into every output.
int main(int argc, char* argv[]) {
  ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  return sc_core::sc_elab_and_sim(argc, argv);
}
