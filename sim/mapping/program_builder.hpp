#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/protocol/jobs.hpp"
#include "sim/config/architecture.hpp"
#include "sim/mapping/buffer_plan.hpp"
#include "sim/mapping/group_jobs.hpp"
#include "sim/mapping/matrix_pieces.hpp"
#include "sim/mapping/sram_layout.hpp"
#include "sim/mapping/tile_map.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// A matrix in the SRAM buffer and the steps that have to be done before it is there.
struct StoredValue {
  Placement placement;
  std::vector<std::uint32_t> ready_after;
  bool by_columns = false;  ///< its rows are the columns of what is stored
  /// Its codes have a step of their own: whoever adds it multiplies it to bring it to the step of the sum.
  bool has_own_step = false;
};

/// A product of a matrix with a vector on the LoRA unit: of `groups` blocks of the vector with a matrix each.
struct LoraProduct {
  std::uint32_t outputs = 0;  ///< of a group
  std::uint32_t inputs = 0;   ///< of a group
  std::uint32_t groups = 1;

  std::uint64_t macs() const { return std::uint64_t{outputs} * inputs * groups; }
};

std::uint64_t cycles_of(const LoraProduct& product, const LoraUnitConfig& unit);

/// What programs are built from: the chip, the network, and where its weights are.
struct ProgramContext {
  const Architecture& architecture;
  const Network& network;
  const TileMap& map;
};

/// Puts the steps of one program together, from whole operations down to jobs with addresses and cycles.
class ProgramBuilder {
 public:
  explicit ProgramBuilder(const ProgramContext& context);

  const ProgramContext& context() const { return context_; }
  SramLayout& layout() { return layout_; }
  std::size_t steps() const { return program_.steps.size(); }

  /// Adds a step and returns its number. `division` says how the job may be cut besides by its vectors.
  std::uint32_t add(Job job, std::vector<std::uint32_t> depends_on, std::uint32_t tile_group = 0,
                    std::shared_ptr<const Division> division = nullptr);

  /// A sample's matrix of `shape` that comes from the host.
  StoredValue receive(const Shape& shape, int bits);
  /// Sends a value to the host.
  void send(const StoredValue& value);

  /// A vector-unit job that reads the rows of `inputs` (and `fixed_inputs`, the same for every row) and writes a new
  /// matrix of `shape`, with `operations_per_row` elementary operations each.
  StoredValue row_by_row(const std::vector<StoredValue>& inputs, const std::vector<Placement>& fixed_inputs,
                         const Shape& shape, int bits, const VectorOperations& operations_per_row);
  /// The same with `count` results of `shape`.
  std::vector<StoredValue> rows_to_several(const std::vector<StoredValue>& inputs, std::uint32_t count,
                                           const Shape& shape, int bits, const VectorOperations& operations_per_row);
  /// The same for operations that need whole matrices at once. Where the SRAM buffer does not hold these they are cut
  /// into `bands`, if there are any.
  StoredValue at_once(const std::vector<StoredValue>& inputs, const Shape& shape, int bits,
                      const VectorOperations& operations, const std::optional<Bands>& bands = std::nullopt);

  /// A low-rank pair in the SRAM buffer.
  struct StoredPair {
    Placement a;   ///< [rank, in]
    Placement b;   ///< [out, rank]
    int bits = 0;  ///< of their elements
    /// Where A x comes to rest too, [rows, rank]; none: it stays in the LoRA unit.
    std::optional<Placement> kept = std::nullopt;
    bool is_held = false;  ///< in the LoRA unit's registers, beside the SRAM buffer
  };
  /// Brings a pair from the SRAM buffer into the registers that hold it, behind the steps `depends_on`.
  void hold(const StoredPair& pair, std::vector<std::uint32_t> depends_on);

  /// A product of the network's arrays.
  struct TileProduct {
    const ArrayProduct& product;
    LineInputs inputs = LineInputs::codes;
    std::uint32_t execution = 0;  ///< of the network, that it belongs to
  };
  /// What is added to a product of the tiles.
  struct Addends {
    std::vector<StoredPair> pairs;    ///< products of the same vectors with low-rank pairs
    const Placement* bias = nullptr;  ///< null: none
  };
  /// An elementwise function that follows a product.
  struct LaneFunction {
    VectorOperations of_element;
    std::vector<StoredValue> others;  ///< what it reads beside the value before it
    std::uint32_t outputs = 1;        ///< of which the first goes on
    bool transposes = false;          ///< no function: what follows sees rows as columns
  };
  /// The product of the vectors `x` on the tiles, with what is added to it and the functions that the lanes behind the
  /// converters carry out then. Results have `shape`, with a row for each vector: those that are `stored` of the
  /// product and the functions in their order, the last of them among them; behind a transposition, each row is a
  /// column. Functions need tile groups.
  std::vector<StoredValue> product_on_tiles(const TileProduct& tile_product, const StoredValue& x,
                                            const Addends& addends, const std::vector<LaneFunction>& functions,
                                            const std::vector<bool>& stored, const Shape& shape);
  /// The same the other way: the product of `x` with the transposed weight, of `shape` and `bits`. Its parts are to be
  /// added, with sum().
  std::vector<StoredValue> transposed_product(const ArrayProduct& product, const StoredValue& x, const Shape& shape,
                                              int bits);

  /// Products of every row of `x` with the stored matrices, one after the other, on the LoRA unit. The result has
  /// `shape` and `bits`, `x` the bits of activations where its rows are columns. The first product is written to `kept`
  /// too, if given; it is there when the result is. `transposed`: the weights of a single product are [inputs,
  /// outputs]. No `weights`: they are those of a pair that is held.
  StoredValue lora_products(const StoredValue& x, const std::vector<Placement>& weights,
                            const std::vector<LoraProduct>& products, const Shape& shape, int bits,
                            const std::optional<Placement>& kept = std::nullopt, bool transposed = false);

  /// Sum of equally shaped matrices; a single one is returned as it is if it has no step of its own.
  StoredValue sum(const std::vector<StoredValue>& terms, const Placement* bias, const Shape& shape, int bits);

  /// What it takes to add one more element of `term` to a sum.
  static VectorOperations addition_of(const StoredValue& term);

  /// What lies from byte `offset` of a value on, as a value of `shape`: the same bytes, nothing is moved.
  StoredValue view(const StoredValue& value, std::uint64_t offset, const Shape& shape, int bits) const;

  int activation_bits() const { return context_.architecture.sram.activation_bits; }

  /// The finished program, its buffers planned. Throws UserError if it cannot run; `purpose` says what for.
  Program finish(std::uint32_t samples, std::uint32_t samples_in_flight, const std::string& purpose,
                 BufferPlan least = BufferPlan::side_by_side);
  /// Steps of the finished program that the first `steps` became.
  std::uint32_t planned_steps(std::size_t steps) const { return steps == 0 ? 0 : end_of_step_.at(steps - 1); }
  /// How finish() would do it.
  BufferPlan plan(std::uint32_t samples_in_flight) const;

 private:
  /// Products of single tiles with `x`, whose elements have `bits`, as partial sums in the SRAM buffer.
  std::vector<StoredValue> partial_sums(const TileProduct& tile_product, const StoredValue& x, const Shape& shape,
                                        int bits, ReadDirection direction);
  /// The product of `x` with a low-rank pair by the LoRA unit alone, not rounded.
  StoredValue pair_product(const ArrayProduct& product, const StoredPair& pair, const StoredValue& x,
                           const Shape& shape);
  /// The low-rank pairs' part of a product, one after the other, as a job that the product's group feeds.
  LoraJob fed_pairs(const ArrayProduct& product, std::uint32_t vectors, const std::vector<StoredPair>& pairs) const;
  /// The rows of a value, or its columns, as a job's vectors.
  StridedRange vectors_of(const Placement& placement, bool by_columns, int bits) const;
  PlanTask plan_task(std::uint32_t samples_in_flight) const;

  ProgramContext context_;
  SramLayout layout_;
  UnplacedProgram program_;
  std::vector<std::uint32_t> end_of_step_;
};

/// Words of 32 bits that hold `bytes`; the host's link moves such words.
std::uint64_t host_words(std::uint64_t bytes);

}  // namespace palimpsest
