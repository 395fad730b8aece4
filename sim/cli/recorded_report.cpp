#include "sim/cli/recorded_report.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/config/json_reader.hpp"
#include "sim/config/source_file.hpp"

namespace palimpsest {

namespace {

/// Text of any kind: a path may hold what no name does.
std::string any_text(JsonReader& reader, const std::string& key) {
  const nlohmann::json& value = reader.value(key);
  if (!value.is_string()) reader.fail(key, "expected a string");
  return value.get<std::string>();
}

std::vector<SourceFile> read_files(JsonReader& reader) {
  std::vector<SourceFile> files;
  for (JsonReader& file : reader.objects("files"))
    files.push_back({file.text("place"), any_text(file, "file"), file.text("sha256")});
  return files;
}

ArchitectureSource read_source(JsonReader reader) {
  ArchitectureSource source;
  source.file = any_text(reader, "file");
  if (!reader.value("overrides").is_array()) reader.fail("overrides", "expected an array of strings");
  for (const nlohmann::json& setting : reader.value("overrides")) {
    if (!setting.is_string()) reader.fail("overrides", "expected an array of strings");
    source.overrides.push_back(parse_override(setting.get<std::string>()));
  }
  source.files = read_files(reader);
  source.effective = reader.value("effective").dump();
  if (reader.text("effective_sha256") != sha256_of(source.effective))
    reader.fail("effective", "expected what the report was written with, SHA-256 " + reader.text("effective_sha256") +
                                 "; --set changes a field");
  if (reader.has("raised_cycles")) {
    JsonReader raised = reader.object("raised_cycles");
    for (const std::string& pointer : raised.keys())
      source.raised.push_back({pointer, raised.integer<std::uint32_t>(pointer, 0, 1'000'000)});
  }
  return source;
}

}  // namespace

Provenance read_provenance(const std::string& report, const ReportSchema& schema, const std::string& command) {
  const JsonDocument document = JsonDocument::read(report, ExitCode::usage_or_architecture);
  JsonReader root(document);
  root.schema(schema.name, schema.version);
  JsonReader reader = root.object("provenance");
  Provenance provenance;
  provenance.version = reader.text("palimpsest");
  provenance.command = reader.choice<std::string>("command", {{command, command}});
  JsonReader options = reader.object("options");
  const std::vector<std::string> changed = reader.texts("not_default");
  for (const std::string& name : options.keys()) {
    const bool is_default = std::find(changed.begin(), changed.end(), name) == changed.end();
    provenance.options.push_back({name, any_text(options, name), is_default});
  }
  if (reader.has("architecture")) provenance.architecture = read_source(reader.object("architecture"));
  if (reader.has("trace")) {
    JsonReader trace = reader.object("trace");
    provenance.trace = TraceSource{any_text(trace, "directory"), read_files(trace)};
  }
  if (reader.has("adapters")) {
    JsonReader adapters = reader.object("adapters");
    provenance.adapters = AdapterSource{read_files(adapters), adapters.truth("any_chip")};
  }
  return provenance;
}

}  // namespace palimpsest
