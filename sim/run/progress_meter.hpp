#pragma once

#include <functional>
#include <mutex>
#include <string>

namespace palimpsest {

/// Called with what is being done and the share that is done, by one thread at a time.
using ReportProgress = std::function<void(const std::string& part, double share)>;

/// Puts the shares of many pieces of work together to one that rises evenly: each piece weighs what it was estimated to
/// take. Threads share a meter.
class ProgressMeter {
 public:
  /// `total`: the estimated work of all pieces.
  ProgressMeter(ReportProgress report, double total);

  /// Names what comes.
  void begin(const std::string& part);

  /// Adds a piece that is done, in the unit of the total.
  void add(double work);

  /// A piece of the work, done at the latest when it goes out of scope. Used by one thread at a time.
  class Piece {
   public:
    /// `work` in the unit of the total.
    Piece(ProgressMeter& meter, double work) : meter_(meter), work_(work) {}
    ~Piece() { at(1.0); }
    Piece(const Piece&) = delete;
    Piece& operator=(const Piece&) = delete;

    /// This share of the piece is done, 0 to 1.
    void at(double share);

   private:
    ProgressMeter& meter_;
    double work_;
    double share_ = 0.0;
  };

  double done() const;  ///< work of all pieces

 private:
  ReportProgress report_;
  double total_;
  mutable std::mutex mutex_;
  std::string part_;
  double done_ = 0.0;
  double reported_ = 0.0;
};

}  // namespace palimpsest
