#pragma once

namespace palimpsest {

/// A kind of report, and the version of its keys (docs/report.md, "Versions").
struct ReportSchema {
  const char* name;
  unsigned version;
};

}  // namespace palimpsest
