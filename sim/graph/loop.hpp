#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace palimpsest {

class Operation;
struct Loop;

/// One after the other: an operation, or a whole loop.
using GraphStep = std::variant<const Operation*, std::shared_ptr<const Loop>>;

/// Steps that are carried out several times. All values have numbers of the network; those of the body hold something
/// else in every iteration.
struct Loop {
  /// A value that an iteration hands to the next.
  struct Carried {
    std::uint32_t value = 0;               ///< as the body reads it
    std::optional<std::uint32_t> initial;  ///< outside the loop; none: zeros
    std::uint32_t next = 0;                ///< as the body leaves it
    const Operation* zeros = nullptr;      ///< that makes the initial value, if it is none
  };
  /// A value of which iteration i sees part i.
  struct Indexed {
    std::uint32_t value = 0;
    std::uint32_t from = 0;
    const Operation* unstack = nullptr;
  };
  /// A value that is the same in all iterations.
  struct Constant {
    std::uint32_t value = 0;
    std::uint32_t from = 0;
  };
  /// A value that the loop gives: the last iteration's, or all of them.
  struct Result {
    std::uint32_t value = 0;
    std::uint32_t from = 0;
    const Operation* stack = nullptr;  ///< null: the last iteration's
  };

  std::uint32_t iterations = 1;
  std::vector<Carried> carried;
  std::vector<Indexed> indexed;
  std::vector<Constant> constants;
  std::vector<Result> results;
  std::vector<GraphStep> body;
};

}  // namespace palimpsest
