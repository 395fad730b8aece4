#include <systemc>

// libsystemc asks for it. Nothing is simulated here.
int sc_main(int, char*[]) { return 0; }
