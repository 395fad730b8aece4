#include "sim/cli/recorded_report.hpp"

#include <utility>
#include <vector>

#include "sim/config/json_reader.hpp"

namespace palimpsest {

namespace {

std::vector<SourceFile> read_files(JsonReader& reader) {
  std::vector<SourceFile> files;
  for (JsonReader& file : reader.objects("files"))
    files.push_back({file.text("place"), file.text("file"), file.text("sha256")});
  return files;
}

ArchitectureSource read_source(JsonReader reader) {
  ArchitectureSource source;
  source.file = reader.text("file");
  for (const nlohmann::json& setting : reader.value("overrides")) {
    if (!setting.is_string()) reader.fail("overrides", "expected strings");
    source.overrides.push_back(parse_override(setting.get<std::string>()));
  }
  source.files = read_files(reader);
  source.effective = reader.value("effective").dump();
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
  for (const std::string& name : options.keys()) provenance.options.push_back({name, options.text(name), false});
  if (reader.has("architecture")) provenance.architecture = read_source(reader.object("architecture"));
  if (reader.has("trace")) {
    JsonReader trace = reader.object("trace");
    provenance.trace = TraceSource{trace.text("directory"), read_files(trace)};
  }
  return provenance;
}

}  // namespace palimpsest
