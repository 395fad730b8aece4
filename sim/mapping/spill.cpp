#include "sim/mapping/spill.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <stdexcept>
#include <utility>

#include "models/physics/clock.hpp"
#include "sim/error.hpp"
#include "sim/mapping/job_cutting.hpp"
#include "sim/mapping/off_chip_homes.hpp"
#include "sim/mapping/sram_copies.hpp"

namespace palimpsest {

namespace {

constexpr std::uint32_t never = std::numeric_limits<std::uint32_t>::max();

bool within(const BufferPart& inner, const BufferPart& outer) { return hull(inner, outer) == outer; }

BufferPart common(const BufferPart& one, const BufferPart& other) {
  return {std::max(one.first_row, other.first_row), std::min(one.end_row, other.end_row),
          std::max(one.first_byte, other.first_byte), std::min(one.end_byte, other.end_byte)};
}

class Spill {
 public:
  Spill(const UnplacedProgram& program, const BufferTable& buffers, const SramConfig& sram,
        const OffChipConfig& off_chip, const std::string& purpose)
      : program_(program),
        buffers_(buffers),
        capacity_(capacity_bytes(sram)),
        off_chip_(off_chip),
        purpose_(purpose),
        copies_(capacity_, word_bytes(sram)),
        cutting_(buffers, capacity_, word_bytes(sram)),
        word_(word_bytes(sram)),
        homes_(buffers),
        users_(buffers.size()) {}

  PlannedProgram planned() {
    find_users();
    for (step_ = 0; step_ < program_.steps.size(); ++step_) {
      const Step& step = program_.steps[step_];
      waits_ = waits_of(step_);
      made_.emplace_back();
      process({step.job, step_ < program_.divisions.size() ? program_.divisions[step_] : nullptr});
      release();
      result_.end_of_step.push_back(steps());
    }
    if (homes_.bytes() > off_chip_.capacity_bytes)
      throw UserError(ExitCode::usage_or_architecture,
                      "/off_chip/capacity_mib: " + purpose_ + " needs " + std::to_string(homes_.bytes()) +
                          " bytes of off-chip memory, the chip has " + std::to_string(off_chip_.capacity_bytes));
    result_.program.slot_bytes = copies_.most_bytes();
    result_.program.samples_in_flight = 1;
    return std::move(result_);
  }

 private:
  std::uint32_t steps() const { return static_cast<std::uint32_t>(result_.program.steps.size()); }

  void find_users() {
    for (std::uint32_t step = 0; step < program_.steps.size(); ++step) {
      accesses_.push_back(buffers_.accesses(program_.steps[step].job));
      for (const BufferAccess& access : accesses_.back()) {
        std::vector<std::uint32_t>& users = users_[access.buffer];
        if (users.empty() || users.back() != step) users.push_back(step);
      }
    }
  }

  /// Planned steps that `step` waits for without reading what they write.
  std::vector<std::uint32_t> waits_of(std::uint32_t step) const {
    std::vector<std::uint32_t> waits;
    for (const std::uint32_t earlier : program_.steps[step].depends_on) {
      bool passes_on = false;
      for (const BufferAccess& written : accesses_[earlier]) {
        for (const BufferAccess& read : accesses_[step])
          passes_on = passes_on || (written.written && !read.written && written.buffer == read.buffer);
      }
      if (!passes_on) waits.insert(waits.end(), made_[earlier].begin(), made_[earlier].end());
    }
    return waits;
  }

  // Jobs and their pieces.

  void process(const DivisibleJob& task) {
    const Needs needs = needs_of(task, buffers_);
    Needs whole = needs;
    for (Need& need : whole) need.part = buffers_.whole(need.buffer);
    if (bytes_of(whole, word_) <= capacity_) {
      run(task.job, whole);
    } else if (!cut(task)) {
      throw UserError(ExitCode::usage_or_architecture,
                      "/sram: " + purpose_ + " needs " + std::to_string(cutting_.least_bytes(task)) +
                          " bytes of SRAM buffer for the smallest piece of a job, the chip has " +
                          std::to_string(capacity_) + "; a larger buffer (/sram/banks, /sram/bank_kib) would help");
    }
  }

  /// False if no piece fits.
  bool cut(const DivisibleJob& task) {
    if (cutting_.fits(task)) {
      run(task.job, needs_of(task, buffers_));
      return true;
    }
    if (const auto by_vectors = division_by_vectors(task.job); by_vectors != nullptr) {
      const std::uint32_t count = cutting_.most_that_fit(*by_vectors);
      if (count > 0) {
        run_pieces(*by_vectors, count);
        return true;
      }
    }
    if (task.division == nullptr) return false;
    const std::uint32_t count = cutting_.best_count(*task.division);
    if (count > 0) run_pieces(*task.division, count);
    return count > 0;
  }

  void run_pieces(const Division& division, std::uint32_t count) {
    const std::vector<std::uint32_t> kept = cutting_.shared_buffers(division);
    for (std::uint32_t first = 0; first < division.extent; first += count) {
      if (!cut(division.piece(first, std::min(count, division.extent - first))))
        throw std::logic_error("plan: a piece that was found to fit does not");
      store_parts(kept);
    }
  }

  // Copies in the SRAM buffer.

  void run(Job job, const Needs& needs) {
    const std::map<std::uint32_t, SramCopy*> copies = bring(needs);
    std::vector<std::uint32_t> after = waits_;
    const std::vector<BufferAccess> accesses = accesses_of(needs);
    for (const BufferAccess& access : accesses) add_orders(*copies.at(access.buffer), access, after);
    for_each_range(job, [&](StridedRange& range, std::uint32_t /*vectors*/, bool /*written*/) {
      if (range.bytes == 0) return;
      const std::uint32_t buffer = buffers_.find(range);
      range = copies.at(buffer)->moved(range, buffers_[buffer]);
    });
    const std::uint32_t step = add(std::move(job), std::move(after), program_.steps[step_].tile_group);
    made_.back().push_back(step);
    for (const BufferAccess& access : accesses) {
      SramCopy& copy = *copies.at(access.buffer);
      copy.uses.push_back({access.part, step, access.written});
      if (access.written) copy.changed = copy.changed ? hull(*copy.changed, access.part) : access.part;
    }
  }

  /// One read and one write of each buffer: a block of a matrix has a range for each of its rows.
  static std::vector<BufferAccess> accesses_of(const Needs& needs) {
    std::vector<BufferAccess> accesses;
    for (const Need& need : needs) {
      if (need.read) accesses.push_back({need.buffer, *need.read, false, 0});
      if (need.written) accesses.push_back({need.buffer, *need.written, true, 0});
    }
    return accesses;
  }

  static void add_orders(const SramCopy& copy, const BufferAccess& access, std::vector<std::uint32_t>& after) {
    for (const BufferUse& use : copy.uses) {
      if ((use.written || access.written) && overlap(use.part, access.part)) after.push_back(use.step);
    }
    if (access.written) after.insert(after.end(), copy.after.begin(), copy.after.end());
  }

  std::uint32_t add(Job job, std::vector<std::uint32_t> after, std::uint32_t tile = 0) {
    std::sort(after.begin(), after.end());
    after.erase(std::unique(after.begin(), after.end()), after.end());
    result_.program.steps.push_back({std::move(job), tile, std::move(after)});
    return steps() - 1;
  }

  /// The copies of what a job needs, by buffer.
  std::map<std::uint32_t, SramCopy*> bring(const Needs& needs) {
    std::map<std::uint32_t, SramCopy*> copies;
    std::vector<const Need*> missing;
    if (!find_places(needs, copies, missing)) {
      // Holes, but none large enough: all of it anew.
      while (!copies_.all().empty()) evict(copies_.all().front());
      find_places(needs, copies, missing);
    }
    for (const Need* need : missing) {
      const std::optional<BufferPart>& held = homes_.held(need->buffer);
      if (!held || !overlap(*held, need->part)) continue;
      const BufferPart wanted = common(*held, need->part);
      if (need->read || !need->writes_all() || !within(wanted, with_padding(buffers_[need->buffer], *need->written)))
        load(*copies.at(need->buffer), wanted);
    }
    return copies;
  }

  bool find_places(const Needs& needs, std::map<std::uint32_t, SramCopy*>& copies, std::vector<const Need*>& missing) {
    copies.clear();
    missing.clear();
    std::vector<const SramCopy*> in_use;
    for (const Need& need : needs) {
      SramCopy* copy = copy_with(need);
      if (copy == nullptr) {
        missing.push_back(&need);
      } else {
        copies[need.buffer] = copy;
        in_use.push_back(copy);
      }
    }
    for (const Need* need : missing) {
      evict_parts_of(*need);
      SramCopy* copy = copies_.place(need->buffer, need->part);
      while (copy == nullptr && evict_furthest(in_use)) copy = copies_.place(need->buffer, need->part);
      if (copy == nullptr) return false;
      copies[need->buffer] = copy;
      in_use.push_back(copy);
    }
    return true;
  }

  SramCopy* copy_with(const Need& need) {
    for (SramCopy& copy : copies_.all()) {
      if (copy.buffer == need.buffer && copy.covers(need.part)) return &copy;
    }
    return nullptr;
  }

  void evict_parts_of(const Need& need) {
    std::vector<SramCopy*> old;
    for (SramCopy& copy : copies_.all()) {
      if (copy.buffer == need.buffer && overlap(copy.part, need.part)) old.push_back(&copy);
    }
    for (SramCopy* copy : old) evict(*copy);
  }

  bool evict_furthest(const std::vector<const SramCopy*>& in_use) {
    SramCopy* furthest = nullptr;
    std::uint32_t next = 0;
    for (SramCopy& copy : copies_.all()) {
      if (std::count(in_use.begin(), in_use.end(), &copy) != 0) continue;
      const std::uint32_t next_of_copy = next_use(copy.buffer);
      if (furthest != nullptr && next_of_copy <= next) continue;
      furthest = &copy;
      next = next_of_copy;
    }
    if (furthest != nullptr) evict(*furthest);
    return furthest != nullptr;
  }

  std::uint32_t next_use(std::uint32_t buffer) const {
    const std::vector<std::uint32_t>& users = users_[buffer];
    const auto next = std::upper_bound(users.begin(), users.end(), step_);
    return next == users.end() ? never : *next;
  }

  void evict(SramCopy& copy) {
    store_changes(copy);
    copies_.remove(copy);
  }

  /// After a piece: what is not whole and no other piece works on goes back.
  void store_parts(const std::vector<std::uint32_t>& kept) {
    for (SramCopy& copy : copies_.all()) {
      if (copy.part == buffers_.whole(copy.buffer) || std::count(kept.begin(), kept.end(), copy.buffer) != 0) continue;
      store_changes(copy);
    }
  }

  /// After a step: parts go back, and what no step uses any more leaves; what is there once is stored first.
  void release() {
    store_parts({});
    std::vector<SramCopy*> unused;
    for (SramCopy& copy : copies_.all()) {
      if (next_use(copy.buffer) == never) unused.push_back(&copy);
    }
    for (SramCopy* copy : unused) {
      if (!buffers_[copy->buffer].per_sample) store_changes(*copy);
      copies_.remove(*copy);
    }
  }

  // The off-chip memory.

  void store_changes(SramCopy& copy) {
    if (!copy.changed) return;
    const BufferPart part = with_padding(buffers_[copy.buffer], *copy.changed);
    copy.changed.reset();
    // No later step needs what a sample leaves behind.
    if (buffers_[copy.buffer].per_sample && users_[copy.buffer].back() < step_) return;
    move(copy, part, false);
  }

  void load(SramCopy& copy, const BufferPart& part) {
    move(copy, part, true);
    // Whoever uses the copy from now on waits for the load.
    if (part == copy.part) copy.after.clear();
  }

  void move(SramCopy& copy, const BufferPart& part, bool loads) {
    std::vector<std::uint32_t> after;
    add_orders(copy, {copy.buffer, part, loads, 0}, after);
    homes_.add_orders(copy.buffer, part, loads, after);
    for (OffChipJob& job : homes_.transfers(copy, part, loads)) {
      const std::uint32_t step = add(std::move(job), after);
      copy.uses.push_back({part, step, loads});
      homes_.add_use(copy.buffer, part, step, loads);
    }
  }

  const UnplacedProgram& program_;
  const BufferTable& buffers_;
  std::uint64_t capacity_;
  const OffChipConfig& off_chip_;
  const std::string& purpose_;
  SramCopies copies_;
  JobCutting cutting_;
  std::uint32_t word_;
  OffChipHomes homes_;
  std::vector<std::vector<std::uint32_t>> users_;    ///< by buffer: steps, in their order
  std::vector<std::vector<BufferAccess>> accesses_;  ///< by step
  std::vector<std::vector<std::uint32_t>> made_;     ///< by step: what it became, transfers apart
  std::vector<std::uint32_t> waits_;                 ///< of the step that is planned
  std::uint32_t step_ = 0;                           ///< that is planned
  PlannedProgram result_;
};

}  // namespace

PlannedProgram spilled_program(const UnplacedProgram& program, const BufferTable& buffers, const SramConfig& sram,
                               const OffChipConfig& off_chip, const std::string& purpose) {
  return Spill(program, buffers, sram, off_chip, purpose).planned();
}

}  // namespace palimpsest
