#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/cli/adapter_options.hpp"
#include "sim/cli/outputs.hpp"
#include "sim/cli/progress.hpp"
#include "sim/config/architecture.hpp"
#include "sim/config/one_line.hpp"
#include "sim/error.hpp"
#include "sim/report/report_schema.hpp"
#include "sim/run/provenance.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// What one of the commands that write a report is called, reads and writes.
struct ReportKind {
  std::string command;
  std::string summary;
  ReportSchema schema;
  bool has_architecture = false;
  bool has_trace = false;
  std::string json_file;      ///< where the report goes if nothing else is said
  std::string picture;        ///< what --svg draws; empty: there is no picture
  std::string seed;           ///< what --seed seeds
  bool has_adapters = false;  ///< whether files may replace the trace's
};

/// The part that these commands share: common options, repeating a report (--from), reading the inputs, opening the
/// outputs, progress, and writing. Call parse, read_inputs, compute and write in that order; all throw UserError.
class ReportingCommand {
 public:
  using ShowProgress = std::function<void(const std::string& part, double share)>;

  explicit ReportingCommand(ReportKind kind);
  ReportingCommand(const ReportingCommand&) = delete;
  ReportingCommand& operator=(const ReportingCommand&) = delete;

  /// Adds an option that decides figures; `value` outlives parse. Without `default_text` it stays empty if not given.
  void option(const std::string& name, std::string& value, const std::optional<std::string>& default_text,
              const std::string& value_name, const std::string& meaning);

  /// Adds an option that names a further file, which write_at() fills; `file` outlives parse and stays empty if it is
  /// not given.
  void file_option(const std::string& name, std::string& file, const std::string& meaning);

  /// Sets the options' values, those of --from's report where the command line says nothing. False: --help is printed.
  bool parse(const std::vector<std::string>& arguments);

  std::uint64_t seed() const;
  unsigned threads() const { return thread_count_; }

  /// Reads architecture and trace, as far as the command has them, and opens the outputs.
  void read_inputs();
  const Architecture& architecture() const { return *architecture_; }
  const Trace& trace() const { return *trace_; }
  /// Those of --adapter, by name.
  const std::map<std::string, Adapter>& adapters() const { return replacing_.adapters; }

  /// Takes space for the file of such an option. Gives where its parts go, until write().
  std::function<void(std::uint64_t place, const std::string& bytes)> write_at(const std::string& name,
                                                                              std::uint64_t bytes);
  const Provenance& provenance() const { return provenance_; }

  /// Calls `work` with what shows its progress, and puts the name of the file in front of the errors that name a place
  /// in the architecture or the trace. Returns what `work` does, with its provenance.
  template <class Work>
  auto compute(const Work& work) const {
    Progress progress(quiet_);
    try {
      auto report = work([&progress](const std::string& part, double share) { progress.show(part, share); });
      report.provenance = provenance_;
      return report;
    } catch (const WriteError&) {
      throw;
    } catch (const UserError& error) {
      throw UserError(error.code(), one_line(input_file(error.code()) + ": " + error.what()));
    }
  }

  /// Writes the report and, if it is asked for, its picture, and prints its text unless --quiet.
  template <class Report>
  void write(const Report& report, std::string (*json)(const Report&), std::string (*picture)(const Report&),
             std::string (*text)(const Report&)) {
    std::vector<std::string> texts{json(report)};
    if (!svg_file_.empty()) texts.push_back(picture(report));
    texts.resize(texts.size() + file_places_.size());
    outputs_->write(texts);
    if (!quiet_) print(text(report));
  }

 private:
  /// The file that errors with `code` of the work are about.
  std::string input_file(ExitCode code) const;
  void print(const std::string& text) const;
  void read_architecture_and_trace();
  Trace read_trace_for_chip() const;
  void read_recorded_trace();
  void store_recorded(boost::program_options::variables_map& values) const;

  ReportKind kind_;
  boost::program_options::options_description description_;
  std::map<std::string, std::string> defaults_;  ///< of the options that decide figures
  std::string architecture_file_;
  std::string trace_directory_;
  std::vector<std::string> settings_;
  std::string from_;
  std::string seed_;
  std::string threads_;
  unsigned thread_count_ = 1;
  std::string json_file_;
  std::string svg_file_;
  AdapterOptions adapter_options_;
  bool quiet_ = false;
  bool trace_is_recorded_ = false;
  std::optional<Provenance> recorded_;
  Provenance provenance_;
  std::optional<Architecture> architecture_;
  std::optional<Trace> trace_;
  ReplacingAdapters replacing_;
  std::vector<std::pair<std::string, const std::string*>> file_options_;  ///< by name
  std::map<std::string, std::size_t> file_places_;                        ///< of those given, among the outputs
  std::optional<OutputFiles> outputs_;
};

}  // namespace palimpsest
