#pragma once

#include <string>
#include <string_view>

namespace palimpsest {

/// `text` as one printable line of UTF-8: control characters and bytes that are not UTF-8 are written as escapes, so
/// text from a file or the command line can stand in a message without breaking it or the terminal.
std::string one_line(std::string_view text);

/// A line in 1000 bytes: of a longer one the middle is left out, since a message begins with a place and ends with what
/// was expected there. Characters of UTF-8 stay whole.
std::string shortened(std::string_view line);

}  // namespace palimpsest
