#include "sim/run/progress_meter.hpp"

#include <algorithm>
#include <utility>

namespace palimpsest {

namespace {

// Rises of the share that are worth a report.
constexpr double least_rise = 0.001;

}  // namespace

ProgressMeter::ProgressMeter(ReportProgress report, double total) : report_(std::move(report)), total_(total) {}

void ProgressMeter::begin(const std::string& part) {
  const std::lock_guard<std::mutex> lock(mutex_);
  part_ = part;
  if (report_) report_(part_, reported_);
}

double ProgressMeter::done() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return done_;
}

void ProgressMeter::add(double work) {
  const std::lock_guard<std::mutex> lock(mutex_);
  done_ += work;
  const double share = total_ > 0.0 ? std::min(done_ / total_, 1.0) : 0.0;
  if (!report_ || share < reported_ + least_rise) return;
  reported_ = share;
  report_(part_, share);
}

void ProgressMeter::Piece::at(double share) {
  const double now = std::min(share, 1.0);
  if (now <= share_) return;
  meter_.add(work_ * (now - share_));
  share_ = now;
}

}  // namespace palimpsest
