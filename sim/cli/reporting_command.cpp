#include "sim/cli/reporting_command.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <iostream>
#include <utility>

#include "sim/cli/options.hpp"
#include "sim/cli/recorded_report.hpp"
#include "sim/report/provenance_parts.hpp"

namespace palimpsest {

namespace po = boost::program_options;

namespace {

std::vector<std::string> paths_of(const std::vector<SourceFile>& files) {
  std::vector<std::string> paths;
  paths.reserve(files.size());
  for (const SourceFile& file : files) paths.push_back(file.path);
  return paths;
}

}  // namespace

ReportingCommand::ReportingCommand(ReportKind kind)
    : kind_(std::move(kind)),
      description_("palimpsest " + kind_.command + ": " + kind_.summary),
      threads_(default_threads()) {
  auto add = description_.add_options();
  if (kind_.has_architecture) {
    add("arch", po::value(&architecture_file_)->required()->value_name("FILE"),
        "the chip, a JSON file (arch/README.md)");
  }
  if (kind_.has_trace) {
    add("trace", po::value(&trace_directory_)->required()->value_name("DIRECTORY"),
        "the workload (docs/trace-format.md)");
  }
  if (kind_.has_architecture) {
    add("set", po::value(&settings_)->composing()->value_name("/POINTER=VALUE"),
        "override a field of the architecture, as in /tile/adc/bits=6; may be repeated");
  }
  if (kind_.has_adapters) {
    add("adapter", po::value(&adapter_options_.settings)->composing()->value_name("NAME=FILE"),
        "the chip uses the adapter in this file in place of the trace's (docs/restoring.md); may be repeated");
    add("adapter-any-chip", po::bool_switch(&adapter_options_.any_chip),
        "take such an adapter although it was trained for another chip");
  }
  option("seed", seed_, "1", "N", kind_.seed);
  add("from", po::value(&from_)->value_name("REPORT"),
      "repeat the report in this file; options beside it replace those in it, --set its fields");
}

void ReportingCommand::option(const std::string& name, std::string& value,
                              const std::optional<std::string>& default_text, const std::string& value_name,
                              const std::string& meaning) {
  auto* semantic = po::value(&value)->value_name(value_name);
  if (default_text) semantic->default_value(*default_text);
  defaults_.emplace(name, default_text.value_or(""));
  description_.add_options()(name.c_str(), semantic, meaning.c_str());
}

void ReportingCommand::file_option(const std::string& name, std::string& file, const std::string& meaning) {
  file_options_.emplace_back(name, &file);
  description_.add_options()(name.c_str(), po::value(&file)->value_name("FILE"), meaning.c_str());
}

std::function<void(std::uint64_t, const std::string&)> ReportingCommand::write_at(const std::string& name,
                                                                                  std::uint64_t bytes) {
  const std::size_t file = file_places_.at(name);
  outputs_->reserve(file, bytes);
  return [this, file](std::uint64_t place, const std::string& part) { outputs_->write_at(file, place, part); };
}

void ReportingCommand::store_recorded(po::variables_map& values) const {
  if (kind_.has_architecture != recorded_->architecture.has_value() || kind_.has_trace != recorded_->trace.has_value())
    throw UserError(ExitCode::usage_or_architecture,
                    one_line(from_ + ": /provenance: expected what palimpsest " + kind_.command + " reads"));
  po::parsed_options parsed(&description_);
  const auto add = [&parsed](const std::string& name, const std::string& value) {
    parsed.options.emplace_back(name, std::vector<std::string>{value});
  };
  for (const OptionText& option : recorded_->options) {
    if (defaults_.count(option.name) == 0)
      throw UserError(ExitCode::usage_or_architecture, one_line(from_ + ": /provenance/options: palimpsest " +
                                                                kind_.command + " has no option --" + option.name));
    add(option.name, option.value);
  }
  if (recorded_->architecture) add("arch", recorded_->architecture->file);
  if (recorded_->trace) add("trace", recorded_->trace->directory);
  // What the command line gave stays.
  po::store(parsed, values);
}

bool ReportingCommand::parse(const std::vector<std::string>& arguments) {
  auto add = description_.add_options();
  add("threads", po::value(&threads_)->value_name("N"),
      "threads, all processors if not given; any number gives the same report");
  add("json", po::value(&json_file_)->default_value(kind_.json_file)->value_name("FILE"), "where the report goes");
  if (!kind_.picture.empty()) add("svg", po::value(&svg_file_)->value_name("FILE"), kind_.picture.c_str());
  add("quiet", po::bool_switch(&quiet_), "no progress, no table");
  add("help", "this text");
  std::optional<po::variables_map> values = given_options(kind_.command, description_, arguments);
  if (!values) return false;
  std::vector<std::string> file_names{"from", "json", "svg"};
  for (const auto& option : file_options_) file_names.push_back(option.first);
  check_file_names(*values, file_names);
  if (values->count("from") != 0) {
    from_ = (*values)["from"].as<std::string>();
    if (values->count("arch") != 0)
      throw UserError(ExitCode::usage_or_architecture,
                      "--arch: expected no architecture beside --from, whose report holds one; --set changes it");
    trace_is_recorded_ = values->count("trace") == 0;
    recorded_ = read_provenance(from_, kind_.schema, kind_.command);
    store_recorded(*values);
  }
  po::notify(*values);
  thread_count_ = thread_number(threads_);
  provenance_.version = PALIMPSEST_VERSION;
  provenance_.command = kind_.command;
  for (const auto& option : description_.options()) {
    const std::string& name = option->long_name();
    const auto found = defaults_.find(name);
    if (found == defaults_.end() || values->count(name) == 0) continue;
    const std::string text = (*values)[name].as<std::string>();
    if (text.empty()) throw UserError(ExitCode::usage_or_architecture, "--" + name + ": expected a value, got nothing");
    provenance_.options.push_back({name, text, text == found->second});
  }
  return true;
}

std::uint64_t ReportingCommand::seed() const { return seed_number(seed_); }

void ReportingCommand::read_architecture_and_trace() {
  if (kind_.has_architecture) {
    const std::vector<Override> overrides = parse_overrides(settings_);
    architecture_ = recorded_ ? recorded_architecture(*recorded_->architecture, from_, overrides)
                              : read_architecture(architecture_file_, overrides);
    provenance_.architecture = architecture_->source;
  }
  if (!kind_.has_trace) return;
  if (!trace_is_recorded_) {
    trace_ = read_trace_for_chip();
  } else {
    read_recorded_trace();
  }
  provenance_.trace = TraceSource{trace_->directory, trace_->files};
}

Trace ReportingCommand::read_trace_for_chip() const {
  return architecture_ ? read_trace(trace_directory_, architecture_->tile.mapping.depthwise_convolutions)
                       : read_trace(trace_directory_);
}

void ReportingCommand::read_recorded_trace() {
  try {
    trace_ = read_trace_for_chip();
  } catch (const UserError& error) {
    throw UserError(error.code(), one_line(from_ + ": /provenance/trace/directory: " + error.what() +
                                           " (--trace gives another place)"));
  }
  for (const SourceFile& file : trace_->files) {
    const auto same_place = [&file](const SourceFile& recorded) { return recorded.place == file.place; };
    const std::vector<SourceFile>& files = recorded_->trace->files;
    const auto recorded = std::find_if(files.begin(), files.end(), same_place);
    if (recorded == files.end())
      throw UserError(ExitCode::usage_or_architecture,
                      one_line(from_ + ": /provenance/trace/files: expected the digest of " + file.place));
    check_unchanged(file, *recorded, from_, ExitCode::trace);
  }
}

void ReportingCommand::read_inputs() {
  read_architecture_and_trace();
  if (kind_.has_adapters) {
    replacing_ = read_adapters(adapter_options_, recorded_ ? &recorded_->adapters : nullptr, from_, *trace_,
                               chip_identity(*architecture_, *trace_, seed()));
    provenance_.adapters = replacing_.source;
  }
  std::vector<std::vector<std::string>> inputs;
  if (recorded_) inputs.push_back({from_});
  if (architecture_) inputs.push_back(paths_of(architecture_->source.files));
  if (trace_) inputs.push_back(paths_of(trace_->files));
  inputs.push_back(paths_of(provenance_.adapters.files));
  std::vector<OutputOption> outputs{{"--json", json_file_}};
  if (!svg_file_.empty()) outputs.push_back({"--svg", svg_file_});
  for (const auto& [name, file] : file_options_) {
    if (file->empty()) continue;
    file_places_.emplace(name, outputs.size());
    outputs.push_back({"--" + name, *file});
  }
  outputs_.emplace(open_outputs(outputs, inputs));
  if (recorded_ && recorded_->version != provenance_.version) {
    std::cerr << "palimpsest: " << one_line(from_) << " was made by version " << one_line(recorded_->version)
              << ", this is " << provenance_.version << ": figures may differ\n";
  }
}

std::string ReportingCommand::input_file(ExitCode code) const {
  if (trace_ && (code == ExitCode::trace || !architecture_)) return trace_->directory + "/trace.json";
  return recorded_ ? from_ : architecture_file_;
}

void ReportingCommand::print(const std::string& text) const {
  const std::string raised = architecture_ ? raised_text(architecture_->source) : "";
  std::cout << text << "\nMade by " << command_text(provenance_) << (raised.empty() ? "" : "\nCycles ") << raised
            << "\nThe report is in " << one_line(json_file_) << ".\n"
            << std::flush;
}

}  // namespace palimpsest
